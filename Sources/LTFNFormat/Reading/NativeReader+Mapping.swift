import LTFNBytes
import LTFNCheckpoint
import Synchronization

extension NativeReader {
    /// The values of a variable as they stand in the file, without a copy: those whose chunks are
    /// all raw and follow one another, which is how raw variables are written. They are 64-byte
    /// aligned.
    ///
    /// The first time, every checksum and the digest of all values are compared before they are
    /// handed out; this reader then believes them, whatever happens to the file.
    ///
    /// - Returns: nil when they do not stand in the file as such, or the source cannot be mapped:
    ///   `read(_:)` gives them then.
    /// - Throws: `checksumMismatch`, `corrupt`, `truncated`, `io`.
    public func map(_ number: Int) throws(FormatError) -> MappedBytes? {
        let holder = holder(of: number)
        guard let range = rawRange(of: holder) else { return nil }
        do {
            guard
                let mapped = try source.map(
                    at: range.lowerBound, byteCount: manifest.variables[holder].tensor.byteCount)
            else { return nil }
            if !mappable.contains(holder) {
                try checkStoredBytes(of: holder)
                mappable.insert(holder)
            }
            return mapped
        } catch {
            throw error.naming(manifest.variables[number].name.string)
        }
    }

    /// The bytes of the file that are the values of a variable, if there is such a range.
    private func rawRange(of number: Int) -> Range<UInt64>? {
        let chunks = index.chunkRange(number).map { index.chunks[$0].resolved(in: index) }
        guard let first = chunks.first else { return nil }
        var end = first.offset
        for chunk in chunks {
            guard chunk.codec == .raw, chunk.offset == end else { return nil }
            end += chunk.storedByteCount
        }
        return first.offset..<end
    }

    /// Reads raw chunks instead of touching the mapped bytes: a file that has become shorter then
    /// is an error.
    private func checkStoredBytes(of number: Int) throws(FormatError) {
        let isCutAtLeaves = 1 << chunkExponent(number) >= ValueHash.leafByteCount
        let hash = isCutAtLeaves ? try leafHash(of: number) : try hash(of: number)
        try check(hash.finalize(), of: number)
    }

    /// The hash of raw chunks that are whole leaves, several of which are read at the same time.
    private func leafHash(of number: Int) throws(FormatError) -> ValueHash {
        let range = index.chunkRange(number)
        let decoder = VariableDecoder(self, variable: number)
        let parts = parallelism.map(range.count) {
            position -> Result<ValueHash.Leaves, FormatError> in
            do throws(FormatError) {
                let bytes = try decoder.checkedRawChunk(range.lowerBound + position)
                return .success(ValueHash.Leaves(of: bytes.rawSpan))
            } catch {
                return .failure(error)
            }
        }
        var hash = ValueHash()
        for part in parts { hash.add(try part.get()) }
        return hash
    }

    /// The hash of raw chunks that are shorter than leaves.
    private func hash(of number: Int) throws(FormatError) -> ValueHash {
        let decoder = VariableDecoder(self, variable: number)
        var hash = ValueHash()
        for chunk in index.chunkRange(number) {
            let bytes = try decoder.checkedRawChunk(chunk)
            hash.update(bytes.rawSpan)
        }
        return hash
    }
}

extension ChunkRecord {
    /// The chunk that holds the bytes: another one for a reference.
    func resolved(in index: Index) -> ChunkRecord {
        codec == .reference ? index.chunks[Int(offset)] : self
    }
}

/// Numbers of variables, from any thread.
final class VariableSet: Sendable {
    private let numbers = Mutex<Set<Int>>([])

    func contains(_ number: Int) -> Bool {
        numbers.withLock { $0.contains(number) }
    }

    func insert(_ number: Int) {
        numbers.withLock { _ = $0.insert(number) }
    }
}

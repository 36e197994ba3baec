import LTFNBytes
import LTFNCheckpoint
import Synchronization

extension NativeReader {
    /// The values of a variable as they stand in the file, without a copy: those whose chunks are all
    /// raw and follow one another, which is how raw variables are written. They are 64-byte aligned.
    ///
    /// The first time, every checksum is verified before the values are handed out; this reader then
    /// believes them, whatever happens to the file.
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

    /// Reads raw chunks instead of touching the mapped bytes: a file that has become shorter then is an
    /// error.
    private func checkStoredBytes(of number: Int) throws(FormatError) {
        let range = index.chunkRange(number)
        let decoder = VariableDecoder(self, variable: number)
        let errors = pool.map(range.count) { position -> FormatError? in
            do throws(FormatError) {
                try decoder.checkRawChunk(range.lowerBound + position)
                return nil
            } catch {
                return error
            }
        }
        if let first = errors.lazy.compactMap({ $0 }).first { throw first }
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

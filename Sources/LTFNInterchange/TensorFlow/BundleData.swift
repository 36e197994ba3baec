import LTFNBytes
import LTFNCheckpoint
import Synchronization

/// The files that the values of a checkpoint are in.
final class BundleData: Sendable {
    let names: [String]
    let byteCount: UInt64
    private let shards: [Int: any ByteSource]
    /// Where the files are, as errors name them.
    private let fileNames: [Int: String]
    private let isBigEndian: Bool
    /// Of values that are being read from front to back, by where they are.
    private let running = Mutex<[Place: Running]>([:])
    private static let runningLimit = 1024

    private struct Place: Hashable {
        var shard: Int
        var offset: UInt64
        var byteCount: UInt64
    }

    private struct Running {
        var checksum = CRC32C()
        var byteCount = 0
    }

    /// Opens the files that `entries` are in.
    ///
    /// - Parameter prefix: what the names of the files begin with.
    /// - Throws: `truncated` when values end after their file; `io`.
    init(
        _ files: any FileSet, prefix: String, _ header: BundleHeader, _ entries: [BundleEntry]
    ) throws(FormatError) {
        var shards: [Int: any ByteSource] = [:]
        var names: [String] = []
        var fileNames: [Int: String] = [:]
        var byteCount: UInt64 = 0
        for shard in Set(entries.map(\.shard)).sorted() {
            let name = BundleNames.data(prefix, shard, of: header.shardCount)
            do throws(FormatError) {
                let file = try files.file(name)
                shards[shard] = file
                fileNames[shard] = name
                names.append(name)
                byteCount = CheckedSize.total(byteCount, file.byteCount)
            } catch {
                var error = error.named(TensorFlowFormat.name)
                error.path = error.path ?? name
                error.message += " The index names it."
                throw error
            }
        }
        self.shards = shards
        self.names = names
        self.fileNames = fileNames
        self.byteCount = byteCount
        isBigEndian = header.isBigEndian
    }

    /// The file that an entry's values are in.
    func source(of entry: BundleEntry) -> (any ByteSource)? { shards[entry.shard] }

    /// Makes sure that the values of an entry are within their file.
    ///
    /// - Throws: `truncated`.
    func expect(_ entry: BundleEntry) throws(FormatError) {
        let found = shards[entry.shard]?.byteCount ?? 0
        guard entry.offset <= found, entry.byteCount <= found - entry.offset else {
            let end = CheckedSize.total(entry.offset, entry.byteCount)
            var error = BundleEntry.error(
                .truncated,
                "The file has \(NumberText.counted(found, "byte")); these values are bytes "
                    + "\(entry.offset) to \(end). The file may be cut.")
            error.path = shards[entry.shard] == nil ? nil : fileNames[entry.shard]
            throw error
        }
    }

    /// The bytes `range` of an entry's values, in this machine's order.
    ///
    /// What is read from front to back is compared with its checksum at the end.
    ///
    /// - Parameter group: how many bytes are reversed together; `range` holds whole ones.
    /// - Throws: `checksumMismatch`, `truncated`, `io`.
    func read(
        _ entry: BundleEntry, _ range: Range<Int>, group: Int
    ) throws(FormatError) -> AlignedBytes {
        guard let shard = shards[entry.shard] else {
            throw BundleEntry.error(.io, "The file of the values is not open.")
        }
        var bytes = try readAligned(
            shard, at: entry.offset + UInt64(range.lowerBound), byteCount: range.count)
        try check(entry, range, bytes)
        if isBigEndian, group > 1 { bytes.reverseGroups(ofByteCount: group) }
        return bytes
    }

    private func check(
        _ entry: BundleEntry, _ range: Range<Int>, _ bytes: AlignedBytes
    ) throws(FormatError) {
        let place = Place(shard: entry.shard, offset: entry.offset, byteCount: entry.byteCount)
        var state = Running()
        if range.lowerBound > 0 {
            let known = running.withLock { $0.removeValue(forKey: place) }
            guard let known, known.byteCount == range.lowerBound else { return }
            state = known
        }
        state.checksum.update(bytes.bytes)
        state.byteCount = range.upperBound
        if UInt64(range.upperBound) < entry.byteCount {
            running.withLock { [state] states in
                if states.count >= Self.runningLimit { states.removeAll() }
                states[place] = state
            }
        } else if state.checksum.masked != entry.checksum {
            throw FormatError(
                .checksumMismatch, format: TensorFlowFormat.name, offset: entry.offset,
                "The CRC-32C of its values is wrong: they are not those that were written.")
        }
    }

    /// The values as they stand in the file.
    ///
    /// - Throws: `truncated`, `io`.
    func map(_ entry: BundleEntry, group: Int) throws(FormatError) -> MappedBytes? {
        guard !isBigEndian || group == 1, let byteCount = Int(exactly: entry.byteCount) else {
            return nil
        }
        return try shards[entry.shard]?.map(at: entry.offset, byteCount: byteCount)
    }

    /// What is to be undone when reading.
    func layout(group: Int) -> [String] { isBigEndian && group > 1 ? ["big-endian"] : [] }
}

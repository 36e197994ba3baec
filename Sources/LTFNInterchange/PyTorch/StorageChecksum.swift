import LTFNBytes
import LTFNCheckpoint
import Synchronization

/// Storages whose bytes were all compared with their CRC-32, by where they begin.
final class CheckedStorages: Sendable {
    private let offsets = Mutex<Set<UInt64>>([])

    func contains(_ offset: UInt64) -> Bool { offsets.withLock { $0.contains(offset) } }

    func insert(_ offset: UInt64) { offsets.withLock { _ = $0.insert(offset) } }
}

/// Compares the CRC-32 of a storage that is read from its first byte to its last, in any pieces.
final class StorageChecksum: Sendable {
    private struct Progress {
        var position = 0
        var checksum = CRC32()
    }

    /// Where the storage begins.
    let offset: UInt64
    private let byteCount: Int
    private let expected: UInt32
    private let progress = Mutex(Progress())

    /// nil: the file says no checksum.
    init?(_ storage: TorchStorage) {
        guard case .range(let offset, let crc32?) = storage.place else { return nil }
        self.offset = offset
        expected = crc32
        byteCount = storage.byteCount
    }

    /// - Parameter start: where in the storage the bytes begin.
    /// - Throws: `checksumMismatch` with the last byte of all.
    func note(_ bytes: AlignedBytes, at start: Int) throws(FormatError) {
        let found = progress.withLock { progress -> CRC32? in
            if start == 0 { progress = Progress() }
            // What is read out of turn says nothing of the whole.
            guard start == progress.position else { return nil }
            progress.checksum.update([UInt8](copying: bytes.bytes))
            progress.position += bytes.byteCount
            return progress.position == byteCount ? progress.checksum : nil
        }
        try found?.expect(expected, at: offset)
    }
}

import LTFNBytes

/// Adds bytes to the end of a file in place, so that until the end it can be told that they are not
/// all there.
///
/// The last bytes that were written, which make the file whole again, are held back until all
/// others are on the disk. `commit()` syncs, writes them, and syncs again; without a commit, or
/// after a failure, the file is cut to the length that it had. Only a process that is killed, or a
/// machine that stops, leaves a part of the addition behind. The file is locked (`flock`) against
/// others that add to it.
public final class AppendingFileWriter: ByteSink {
    public let path: String
    /// How long the file is with what has been written.
    public private(set) var position: UInt64
    /// How long the file was.
    private let oldByteCount: UInt64
    private let heldByteCount: Int
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var state: WritingState

    private static let bufferByteCount = 1 << 18

    /// Opens and locks a file that exists, symbolic links followed.
    ///
    /// - Parameter holdingBack: how many of the last bytes are written only when all others are on
    ///   the disk.
    /// - Throws: `io` with the operation `open`.
    public init(path: String, holdingBack heldByteCount: Int) throws(FormatError) {
        let file = try RegularFile(path: path, for: .appending, locking: true)
        self.path = path
        self.heldByteCount = max(0, heldByteCount)
        descriptor = file.descriptor
        oldByteCount = file.byteCount
        position = file.byteCount
        state = WritingState(path: path)
    }

    deinit {
        abandon()
    }

    public func write(_ bytes: [UInt8]) throws(FormatError) {
        try state.expectOpen()
        position += UInt64(bytes.count)
        buffer += bytes
        guard buffer.count >= Self.bufferByteCount + heldByteCount else { return }
        try flush(keeping: heldByteCount)
    }

    /// Makes the addition durable. Nothing can be written afterwards.
    ///
    /// - Throws: `io`; the file then is what it was before.
    public func commit() throws(FormatError) {
        try state.expectOpen()
        try flush(keeping: heldByteCount)
        try run(.sync) { () throws(SystemError) in try SystemCalls.sync(descriptor) }
        try flush(keeping: 0)
        try run(.sync) { () throws(SystemError) in try SystemCalls.sync(descriptor) }
        state.close()
        // All is on the disk: nothing depends on how this ends.
        close()
    }

    /// Gives up: the file becomes what it was. Without effect after `commit()`.
    public func abandon() {
        guard state.isOpen else { return }
        state.close()
        restore()
    }

    /// What cannot be taken back stays as an end that no reader takes for whole.
    private func restore() {
        try? SystemCalls.truncate(descriptor, to: oldByteCount)
        close()
    }

    private func close() {
        try? SystemCalls.unlock(descriptor)
        try? SystemCalls.close(descriptor)
    }

    private func flush(keeping count: Int) throws(FormatError) {
        guard buffer.count > count else { return }
        let ready = Array(buffer.dropLast(count))
        try run(.write) { () throws(SystemError) in try SystemCalls.write(descriptor, ready) }
        buffer.removeFirst(ready.count)
    }

    private func run(
        _ operation: FormatError.Operation, _ step: () throws(SystemError) -> Void
    ) throws(FormatError) {
        do throws(FormatError) {
            try state.run(operation, step)
        } catch {
            restore()
            throw error
        }
    }
}

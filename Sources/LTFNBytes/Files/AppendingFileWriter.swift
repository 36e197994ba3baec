/// Adds bytes to the end of a file in place, so that until the end it can be told that they are not
/// all there.
///
/// The last bytes that were written, which make the file whole again, are held back until all others
/// are on the disk. `commit()` syncs, writes them, and syncs again; without a commit, or after a
/// failure, the file is cut to the length that it had. Only a process that is killed, or a machine
/// that stops, leaves a part of the addition behind. The file is locked (`flock`) against others that
/// add to it.
public final class AppendingFileWriter: ByteSink {
    private enum State {
        case open
        case failed(FormatError)
        case closed
    }

    public let path: String
    /// How long the file is with what has been written.
    public private(set) var position: UInt64
    /// How long the file was.
    private let oldByteCount: UInt64
    private let heldByteCount: Int
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var state = State.open

    private static let bufferByteCount = 1 << 18

    /// Opens and locks a file that exists, symbolic links followed.
    ///
    /// - Parameter holdingBack: how many of the last bytes are written only when all others are on
    ///   the disk.
    /// - Throws: `io` with the operation `open`.
    public init(path: String, holdingBack heldByteCount: Int) throws(FormatError) {
        try FormatError.checkPath(path, .open)
        let descriptor: Int32
        do throws(SystemError) {
            descriptor = try SystemCalls.open(path, for: .appending)
        } catch {
            throw error.formatError(.open, path: path)
        }
        let info: SystemCalls.FileInfo
        do throws(SystemError) {
            try SystemCalls.lock(descriptor)
            info = try SystemCalls.info(descriptor)
        } catch {
            try? SystemCalls.close(descriptor)
            throw error.formatError(.open, path: path)
        }
        guard info.kind == .regular else {
            try? SystemCalls.close(descriptor)
            throw FileSource.notRegular(info.kind, path: path)
        }
        self.path = path
        self.descriptor = descriptor
        self.heldByteCount = max(0, heldByteCount)
        oldByteCount = info.byteCount
        position = info.byteCount
    }

    deinit {
        abandon()
    }

    public func write(_ bytes: [UInt8]) throws(FormatError) {
        try expectOpen()
        position += UInt64(bytes.count)
        buffer += bytes
        guard buffer.count >= Self.bufferByteCount + heldByteCount else { return }
        try flush(keeping: heldByteCount)
    }

    /// Makes the addition durable. Nothing can be written afterwards.
    ///
    /// - Throws: `io`; the file then is what it was before.
    public func commit() throws(FormatError) {
        try expectOpen()
        try flush(keeping: heldByteCount)
        try run(.sync) { () throws(SystemError) in try SystemCalls.sync(descriptor) }
        try flush(keeping: 0)
        try run(.sync) { () throws(SystemError) in try SystemCalls.sync(descriptor) }
        state = .closed
        // All is on the disk: nothing depends on how this ends.
        close()
    }

    /// Gives up: the file becomes what it was. Without effect after `commit()`.
    public func abandon() {
        guard case .open = state else { return }
        state = .closed
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

    private func expectOpen() throws(FormatError) {
        switch state {
        case .open: return
        case .failed(let error): throw error
        case .closed:
            throw FormatError(
                .io, path: path, operation: .write, "The file has been closed already.")
        }
    }

    /// Runs one step. When it fails, it is the end: all later calls throw the same error.
    private func run(
        _ operation: FormatError.Operation, _ step: () throws(SystemError) -> Void
    ) throws(FormatError) {
        do throws(SystemError) {
            try step()
        } catch {
            let failure = error.formatError(operation, path: path)
            state = .failed(failure)
            restore()
            throw failure
        }
    }
}

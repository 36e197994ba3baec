import LTFNBytes
import LTFNFiles
import Synchronization

/// A stream that text is written to, gathered in blocks.
///
/// Everything that the commands print goes through here. What people read is shown: whatever in it
/// could steer a terminal is escaped, wherever it came from, but for the styles of `Terminal`.
public final class Output: Sendable {
    public static let stdout = Output(descriptor: 1)
    /// Each piece is written at once.
    public static let stderr = Output(descriptor: 2, blockByteCount: 0)

    /// The stream's file descriptor.
    public let descriptor: Int32
    private let blockByteCount: Int
    private let state = Mutex(State())

    private struct State {
        var pending: [UInt8] = []
        var error: Int32 = 0
        var isSilent = false
    }

    /// Where a command that writes a file to `path` says what it did: not between the file's bytes.
    public static func beside(fileAt path: String) -> Output {
        isStandard(path: path) ? stderr : stdout
    }

    /// Whether `path` means standard output, whatever file that is and however it is spelled.
    public static func isStandard(path: String) -> Bool {
        DurableFileWriter.openDescriptor(for: path) == stdout.descriptor
    }

    /// Whether what is written goes into the regular file at `path`.
    func goes(toFileAt path: String) -> Bool {
        guard let identity = FileIdentity(descriptor: descriptor) else { return false }
        return identity == FileIdentity(path: path)
    }

    /// Drops all that is written from now on: the stream goes into a file that is none of its own.
    func fallSilent() {
        state.withLock { state in
            state.isSilent = true
            state.pending = []
        }
    }

    init(descriptor: Int32, blockByteCount: Int = 65_536) {
        self.descriptor = descriptor
        self.blockByteCount = blockByteCount
    }

    /// Writes lines of `text` for people. Once the stream has failed, text is dropped: see
    /// `isClosed` and `failure`.
    public func write(_ text: String) {
        send(ShownText.lines(text))
    }

    /// Writes one line for people: a line feed in `text` is escaped, too.
    public func writeLine(_ text: String = "") {
        send(ShownText.line(text) + "\n")
    }

    /// Writes `text` for programs as it is: JSON, which escapes by its own rules, and scripts.
    public func writeDocument(_ text: String) {
        send(text)
    }

    /// Writes `text` in place of the line that the cursor is in; nothing: the line is emptied.
    func replaceLine(with text: String = "") {
        send("\r\u{1B}[2K" + ShownText.line(text))
    }

    private func send(_ text: String) {
        state.withLock { state in
            guard state.error == 0, !state.isSilent else { return }
            state.pending.append(contentsOf: text.utf8)
            if state.pending.count > blockByteCount { flush(&state) }
        }
    }

    /// Hands everything to the operating system.
    public func flush() {
        state.withLock { flush(&$0) }
    }

    /// Whether the reader at the other end (`head`, a pager) has left.
    public var isClosed: Bool {
        state.withLock { $0.error == SystemCalls.brokenPipe }
    }

    /// Why writing failed, other than that the reader has left.
    public var failure: String? {
        state.withLock { state in
            state.error == 0 || state.error == SystemCalls.brokenPipe
                ? nil : SystemCalls.describe(error: state.error)
        }
    }

    private func flush(_ state: inout State) {
        guard state.error == 0, !state.pending.isEmpty else { return }
        state.error = SystemCalls.write(state.pending, to: descriptor)
        state.pending.removeAll(keepingCapacity: true)
    }
}

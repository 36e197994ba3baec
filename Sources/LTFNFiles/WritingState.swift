import LTFNBytes

/// Whether a file can still be written to. A step that fails is the end: all later ones throw the
/// same error.
struct WritingState {
    private enum State {
        case open
        case failed(FormatError)
        case closed
    }

    private let path: String
    private var state = State.open

    init(path: String) {
        self.path = path
    }

    var isOpen: Bool {
        if case .open = state { true } else { false }
    }

    /// - Throws: the error of the step that failed; `io` when the file has been closed.
    func expectOpen() throws(FormatError) {
        switch state {
        case .open: return
        case .failed(let error): throw error
        case .closed:
            throw FormatError(
                .io, path: path, operation: .write, "The file has been closed already.")
        }
    }

    /// Runs one step.
    mutating func run(
        _ operation: FormatError.Operation, _ step: () throws(SystemError) -> Void
    ) throws(FormatError) {
        do throws(SystemError) {
            try step()
        } catch {
            let failure = error.formatError(operation, path: path)
            state = .failed(failure)
            throw failure
        }
    }

    /// Nothing more is written. Without effect after a failure.
    mutating func close() {
        if isOpen { state = .closed }
    }
}

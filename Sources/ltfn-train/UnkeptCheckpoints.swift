import LTFNBytes
import LTFNCommand

/// The checkpoints of a run that could not be written. None of them is worth ending the run for.
struct UnkeptCheckpoints {
    private var count = 0
    private var first: FormatError?

    mutating func add(_ error: FormatError) {
        count += 1
        first = first ?? error
    }

    /// What is said at the end of a run that has been saved all the same; nil: all were kept.
    ///
    /// - Parameter output: where the run has been saved.
    func failure(output: String) -> CommandFailure? {
        guard let first else { return nil }
        return CommandFailure(
            .readOrWriteFailed,
            "\(NumberText.counted(count, "checkpoint")) could not be kept, the first because: "
                + "\(first) \(TerminalText.escaped(output)) is saved whole.")
    }
}

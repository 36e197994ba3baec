import LTFNBytes
import LTFNCheckpoint

// A run counts on these numbers: steps are done again up to one of them, and images are skipped.
extension TrainingState {
    /// Makes sure that a state that was read is one that a run can be in.
    ///
    /// - Throws: `corrupt` for numbers that contradict one another.
    func check(_ configuration: TrainingConfiguration) throws(FormatError) {
        guard stepCount <= configuration.stepCount else {
            throw Self.contradiction(
                "training.steps", "\(stepCount)",
                "expected no more than the \(configuration.stepCount) that training.steps_asked says"
            )
        }
        // Weights that diverged are kept as they were before the step that is reported with them.
        try check(
            last, "training.last_batch", steps: max(0, stepCount - 1)...stepCount, configuration)
        try check(first, "training.state.first_batch", steps: 0...0, configuration)
        try check(peak, "training.state.peak_batch", steps: 0...stepCount, configuration)
        guard (first == nil) == (last == nil), last != nil || stepCount == 0 && peak == nil else {
            throw FormatError(
                .corrupt,
                "After \(NumberText.counted(stepCount, "step")) the file has "
                    + "\(first == nil ? "no" : "a") training.state.first_batch and "
                    + "\(last == nil ? "no" : "a") training.last_batch; expected both, or none "
                    + "before the first step. The training cannot be resumed from it.")
        }
    }

    private func check(
        _ report: StepReport?, _ path: String, steps: ClosedRange<Int>,
        _ configuration: TrainingConfiguration
    ) throws(FormatError) {
        guard let report else { return }
        guard steps.contains(report.step) else {
            let expected =
                steps.count == 1
                ? "\(steps.lowerBound)" : "\(steps.lowerBound) to \(steps.upperBound)"
            throw Self.contradiction(
                path + ".step", "\(report.step)",
                "expected \(expected) after \(NumberText.counted(stepCount, "step"))")
        }
        guard report.count == configuration.batchSize else {
            throw Self.contradiction(
                path + ".count", "\(report.count)",
                "expected the \(configuration.batchSize) images of a batch")
        }
        guard report.correct <= report.count else {
            throw Self.contradiction(
                path + ".correct", "\(report.correct)",
                "expected no more than the \(report.count) images of the batch")
        }
        guard report.cost.isFinite else {
            throw Self.contradiction(path + ".cost", "\(report.cost)", "expected a finite number")
        }
    }

    private static func contradiction(
        _ path: String, _ found: String, _ expected: String
    ) -> FormatError {
        FormatError(
            .corrupt,
            "The file's \(path) is \(found), \(expected); the training cannot be resumed from it.")
    }
}

import LTFNBytes
import LTFNCommand
import LTFNDatasets
import LTFNTraining

/// Shows a run: lines on standard output, how far it is on standard error.
///
/// When standard output belongs to the JSON document, the lines go to standard error.
struct TrainingDisplay {
    let trainer: Trainer
    let command: TrainCommand
    let threads: Int
    private let lines: Output?
    private let training: ProgressReporter
    private var testing: ProgressReporter?
    private let clock = ContinuousClock.now
    /// What was reported of the steps that have a line.
    private(set) var history: [StepReport] = []
    private(set) var validations: [(stepCount: Int, evaluation: Evaluation)] = []
    /// When the first step began and the last one ended.
    private(set) var trainingSeconds = 0.0

    private var guesses = GuessWatch(cost: costOfGuessing)

    private static let interval = 100
    /// What a guess among ten classes costs: ln 10, in nats.
    private static let costOfGuessing = 2.302585

    init(trainer: Trainer, command: TrainCommand, threads: Int) {
        self.trainer = trainer
        self.command = command
        self.threads = threads
        if command.display.quiet {
            lines = nil
        } else if command.json.destination == .standardOutput {
            lines = .stderr
        } else {
            lines = .beside(fileAt: command.outputPath)
        }
        let configuration = trainer.configuration
        training = ProgressReporter(
            label: "train",
            total: (configuration.stepCount - trainer.firstStep) * configuration.batchSize,
            unit: "images", terminal: command.display.errorTerminal,
            isQuiet: command.display.quiet)
    }

    /// Shows what is about to happen.
    func begin() {
        let configuration = trainer.configuration
        for part in DatasetPart.allCases { write(trainer.dataset.describe(part)) }
        write(
            "network: \(configuration.model.name), "
                + "\(NumberText.counted(configuration.model.parameterCount, "parameter")), "
                + "filled from seed \(configuration.seed)")
        guard configuration.stepCount > 0 else { return }
        write(
            "recipe: \(configuration.recipeText), batch "
                + "\(configuration.batchSize), \(NumberText.counted(configuration.stepCount, "step")), "
                + NumberText.counted(threads, "thread"))
    }

    /// Shows where a run goes on.
    func showResumed(_ path: String) {
        let configuration = trainer.configuration
        write(
            "resumed: \(TerminalText.escaped(path)), after \(trainer.firstStep) of "
                + NumberText.counted(configuration.stepCount, "step")
                + (trainer.firstStep == configuration.stepCount
                    ? "; nothing is left to do but the test (--steps goes further)" : ""))
    }

    /// Shows that a checkpoint was kept, or that something else has its name.
    func showCheckpoint(_ path: String, isKept: Bool, notes: Notes) {
        training.clear()
        if isKept { return write("kept: \(TerminalText.escaped(path))") }
        notes.tellLoss(
            "\(TerminalText.escaped(path)) is not a sound checkpoint of this run: it was left as it "
                + "is, and this step's checkpoint not kept.")
    }

    /// Shows that a checkpoint could not be written, which is no reason to lose the run.
    func showUnkeptCheckpoint(step: Int, _ error: FormatError, notes: Notes) {
        training.clear()
        notes.warn(
            "the checkpoint after \(NumberText.counted(step, "step")) could not be kept, and the run "
                + "goes on: \(error)")
    }

    mutating func show(_ event: TrainingEvent) {
        switch event {
        case .step(let report): show(report)
        case .validated(let stepCount, let evaluation):
            validations.append((stepCount, evaluation))
            training.clear()
            write(
                "set aside, after \(NumberText.counted(stepCount, "step")): cost \(shortNumber(evaluation.cost)), "
                    + "accuracy \(NumberText.percent(evaluation.accuracy, 2)) "
                    + "(\(evaluation.correct)/\(evaluation.count))")
        case .evaluating(let completed, let total):
            if testing == nil {
                training.clear()
                testing = ProgressReporter(
                    label: "test", total: total, unit: "images",
                    terminal: command.display.errorTerminal, isQuiet: command.display.quiet)
            }
            testing?.update(completed)
        }
    }

    private mutating func show(_ report: StepReport) {
        let isLast = report.step == trainer.configuration.stepCount - 1
        trainingSeconds = (ContinuousClock.now - clock).inSeconds
        if report.step % Self.interval == 0 || isLast {
            history.append(report)
            training.clear()
            write(line(report))
            if let remark = guesses.add(report.cost) { write(remark) }
        }
        training.update(
            (report.step + 1 - trainer.firstStep) * report.count,
            note: "step \(report.step), cost \(shortNumber(report.cost))")
    }

    /// `step  100   cost 0.3124   accuracy 91.00 %`
    private func line(_ report: StepReport) -> String {
        let width = String(max(0, trainer.configuration.stepCount - 1)).count
        let line =
            "step \(String(report.step).aligned(width))   cost \(shortNumber(report.cost))   "
            + "accuracy \(NumberText.percent(report.accuracy, 2))"
        return report.step == 0
            ? line + "   (a guess costs ln 10 = \(NumberText.fixed(Self.costOfGuessing, 4)))" : line
    }

    /// Takes the bars off the screen.
    func end() {
        training.clear()
        testing?.clear()
    }

    /// Shows what came out, and where it is.
    func summarize(_ result: TrainingResult, byteCount: UInt64, notes: Notes) {
        if let evaluation = result.evaluation {
            write(
                "test: cost \(shortNumber(evaluation.cost)), accuracy "
                    + "\(NumberText.percent(evaluation.accuracy, 2)) (\(evaluation.correct)/\(evaluation.count))"
            )
        }
        if case .stopped = result.ending {
            write(
                "stopped after \(result.stepCount) of "
                    + NumberText.counted(trainer.configuration.stepCount, "step") + ", untested")
        }
        let rate =
            result.stepCount > trainer.firstStep && trainingSeconds > 0
            ? ", \(inThreeDigits(imagesPerSecond(result))) images/s in \(duration(trainingSeconds))"
            : ""
        write(
            "saved: \(TerminalText.escaped(command.outputPath)), "
                + "\(NumberText.counted(byteCount, "byte")), "
                + "\(NumberText.counted(result.stepCount, "step"))\(rate)")
        if let conclusion = guesses.conclusion { notes.warn(conclusion) }
    }

    func imagesPerSecond(_ result: TrainingResult) -> Double {
        trainingSeconds > 0
            ? Double((result.stepCount - trainer.firstStep) * trainer.configuration.batchSize)
                / trainingSeconds : 0
    }

    private func write(_ line: String) {
        guard let lines else { return }
        lines.writeLine(line)
        // Whoever reads from a pipe wants to see it now.
        lines.flush()
    }
}

extension TrainingConfiguration {
    /// `SGD, learning rate 0.001`, and what differs from the tutorial.
    fileprivate var recipeText: String {
        var parts = [optimizer is GradientDescent ? "SGD" : optimizer.text]
        parts.append("learning rate \(learningRate)")
        if schedule.course != .constant { parts.append(schedule.text) }
        if schedule.warmUp > 0 {
            parts.append(NumberText.counted(schedule.warmUp, "step") + " of warm-up")
        }
        if isShuffled { parts.append("shuffled") }
        return parts.joined(separator: ", ")
    }
}

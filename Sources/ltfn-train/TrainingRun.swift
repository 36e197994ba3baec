import LTFNBytes
import LTFNCheckpoint
import LTFNCommand
import LTFNDatasets
import LTFNFiles
import LTFNFormat
import LTFNParallel
import LTFNTraining

/// One run of `ltfn-train`, from the check of the output to the last line.
struct TrainingRun {
    let command: TrainCommand
    let request: RecipeRequest

    func run() throws {
        // Whoever waits for a network to be trained wants to know first that it can be saved.
        let notes = command.display.notes(program: "ltfn-train")
        for note in try output.prepare() { notes.warn(note) }
        try command.json.check()
        if let error = output.obstacleToLastFinite() {
            notes.warn("should the run come apart, its last usable weights are lost: \(error)")
        }
        let signals = SignalWatcher(
            onFirst: { _ in
                notes.note("stopping after this step, then saving; once more to quit at once.")
            }, quitsAtFirst: true)
        let resumed = try resumed(notes)
        let configuration =
            if let resumed { try request.configuration(resuming: resumed.training) } else {
                try request.configuration()
            }
        let dataset = try DataChoice.dataset(
            folder: command.data, synthetic: command.synthetic, notes: notes)
        try TrainingFiles(command, output, dataset, resumed: resumed).expectDistinct()
        if let folder = command.saveData { try dataset.write(to: folder) }
        let parallelism =
            command.threads.threads.map { Parallelism(threadCount: $0) } ?? Parallelism()
        let trainer = try Trainer(
            configuration: configuration, dataset: dataset, parallelism: parallelism,
            resuming: resumed?.training)
        if trainer.firstStep < configuration.stepCount {
            try OutputSpace.check(
                command.outputPath, byteCount: trainer.valueByteCount, notes: notes)
        }
        var display = TrainingDisplay(
            trainer: trainer, command: command, threads: parallelism.threadCount)
        signals.workBegins()
        display.begin()
        if let resumed { display.showResumed(resumed.path) }
        var unkept = UnkeptCheckpoints()
        let result = try output.run(
            trainer, validationInterval: command.validateEvery,
            shouldStop: { signals.received != nil },
            onEvent: { event in
                switch event {
                case .training(let event): display.show(event)
                case .kept(let path): display.showCheckpoint(path, isKept: true, notes: notes)
                case .taken(let path): display.showCheckpoint(path, isKept: false, notes: notes)
                case .failed(let step, let error):
                    unkept.add(error)
                    display.showUnkeptCheckpoint(step: step, error, notes: notes)
                }
            })
        display.end()
        // For the reader of a pipe nobody waits who was asked to stop.
        if try !DurableFileWriter.makesFile(at: command.outputPath) { signals.workEnds() }
        try finish(result, display, unkept, signals, notes)
    }

    private var output: TrainingOutput {
        TrainingOutput(
            path: command.outputPath, format: NativeFormat(),
            checkpointInterval: command.checkpointEvery,
            keptCount: command.keep ?? TrainingOutput.defaultKeptCount,
            limits: command.expansion.limits)
    }

    /// The file that the run goes on from; nil: it begins.
    private func resumed(_ notes: Notes) throws(FormatError) -> ResumedRun? {
        guard let path = command.resume else {
            try output.expectNoCheckpoints()
            return nil
        }
        let resumed = try ResumedRun(
            path, bases: command.base.paths, limits: command.expansion.limits
        ) { remark in
            switch remark {
            case .note(let text): notes.note(TerminalText.escaped(text))
            case .loss(let text): notes.tellLoss(TerminalText.escaped(text))
            }
        }
        try output.expectNoCheckpoints(butOf: resumed.training.run)
        return resumed
    }

    private func finish(
        _ result: TrainingResult, _ display: TrainingDisplay, _ unkept: UnkeptCheckpoints,
        _ signals: SignalWatcher, _ notes: Notes
    ) throws {
        if case .diverged(let divergence) = result.ending {
            let outcome = DivergenceReport(
                divergence: divergence, configuration: display.trainer.configuration,
                output: output)
            let message = outcome.save(result)
            try display.writeDocument(result, output: nil, byteCount: nil)
            throw CommandFailure(.no, message)
        }
        let signal = signals.received
        let byteCount = try write(result, to: .awaited { signals.received == nil })
        signals.workEnds()
        display.summarize(result, byteCount: byteCount, notes: notes)
        try display.writeDocument(result, output: command.outputPath, byteCount: byteCount)
        if let failure = unkept.failure(output: command.outputPath) { throw failure }
        if case .stopped = result.ending, let signal {
            throw CommandFailure(signal.exitStatus)
        }
    }

    /// Writes the output, whose name was tried out before: what fails now fails midway.
    private func write(
        _ result: TrainingResult, to reader: PipeReader
    ) throws(CommandFailure) -> UInt64 {
        do throws(FormatError) {
            return try output.write(result, reader: reader)
        } catch {
            var failure = CommandFailure(error)
            if error.code == .io { failure.status = .readOrWriteFailed }
            throw failure
        }
    }
}

import LTFNBytes
import LTFNCheckpoint
import LTFNCommand
import LTFNDatasets
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
        for note in try OutputFile.check(command.outputPath) { notes.warn(note) }
        files.removeLeftDrafts()
        if let interval = command.checkpointEvery {
            try OutputFile.checkDerived(files.path(step: interval))
        }
        try command.json.check()
        warnOfLastFinite(notes)
        let signals = SignalWatcher(
            onFirst: { _ in
                notes.note("stopping after this step, then saving; once more to quit at once.")
            }, quitsAtFirst: true)
        let resumed: ResumeSource?
        if let path = command.resume {
            let source = try ResumeSource(
                path, bases: command.base.paths, limits: command.expansion.limits, notes: notes)
            if command.checkpointEvery != nil {
                try checkpoints(of: source.training.run).expectNoOthers()
            }
            resumed = source
        } else {
            resumed = nil
            try expectNoCheckpoints()
        }
        let configuration =
            if let resumed { try request.configuration(resuming: resumed.training) } else {
                try request.configuration()
            }
        let dataset = try DataChoice.dataset(
            folder: command.data, synthetic: command.synthetic, notes: notes)
        try TrainingFiles(command, dataset, resumed: resumed).expectDistinct()
        if let folder = command.saveData { try dataset.write(to: folder) }
        let pool = command.threads.threads.map { ThreadPool(threadCount: $0) } ?? ThreadPool()
        let trainer = try Trainer(
            configuration: configuration, dataset: dataset, pool: pool,
            resuming: resumed?.training)
        if trainer.firstStep < configuration.stepCount {
            try OutputSpace.check(
                command.outputPath, byteCount: trainer.valueByteCount, notes: notes)
        }
        var display = TrainingDisplay(trainer: trainer, command: command, threads: pool.threadCount)
        signals.workBegins()
        display.begin()
        if let resumed { display.showResumed(resumed.path) }
        let checkpoints = checkpoints(of: trainer.run)
        var unkept = UnkeptCheckpoints()
        let result = try trainer.run(
            pauses: Trainer.Pauses(
                checkpointInterval: command.checkpointEvery,
                validationInterval: command.validateEvery),
            shouldStop: { signals.received != nil },
            onCheckpoint: { (checkpoint, step) throws(FormatError) in
                do throws(FormatError) {
                    let isKept = try checkpoints.keep(
                        checkpoint, step: step, count: command.keep ?? TrainCommand.defaultKeep)
                    display.showCheckpoint(files.path(step: step), isKept: isKept, notes: notes)
                } catch {
                    unkept.add(error)
                    display.showUnkeptCheckpoint(step: step, error, notes: notes)
                }
            }, onEvent: { display.show($0) })
        display.end()
        // For the reader of a pipe nobody waits who was asked to stop.
        if try !DurableFileWriter.makesFile(at: command.outputPath) { signals.workEnds() }
        try finish(result, display, unkept, signals)
    }

    /// Says before the first step when the weights of a run that comes apart cannot be saved.
    private func warnOfLastFinite(_ notes: Notes) {
        guard (try? DurableFileWriter.makesFile(at: command.outputPath)) == true else { return }
        do throws(FormatError) {
            try OutputFile.checkDerived(OutputFile.lastFinitePath(for: command.outputPath))
        } catch {
            notes.warn("should the run come apart, its last usable weights are lost: \(error)")
        }
    }

    private var files: CheckpointFiles { CheckpointFiles(output: command.outputPath) }

    private func checkpoints(of run: RunIdentity) -> RunCheckpoints {
        RunCheckpoints(files: files, run: run, limits: command.expansion.limits)
    }

    /// Another run's checkpoints under the same name would be taken for this run's.
    private func expectNoCheckpoints() throws {
        guard command.checkpointEvery != nil, let step = try files.steps().last else { return }
        let path = files.path(step: step)
        let advice =
            if RunRecord(at: path, limits: command.expansion.limits) != nil {
                " is a checkpoint of an earlier run; resume that run with --resume, remove its "
                    + "checkpoints, or choose another output."
            } else {
                (FileIdentity.isDanglingLink(path)
                    ? " is a link to a file that is not there,"
                    : " is not a checkpoint that can be read,")
                    + " and stands where a checkpoint may go; remove it, or choose another output."
            }
        throw CommandFailure(.outputNotCreated, TerminalText.escaped(path) + advice)
    }

    private func finish(
        _ result: TrainingResult, _ display: TrainingDisplay, _ unkept: UnkeptCheckpoints,
        _ signals: SignalWatcher
    ) throws {
        if case .diverged(let divergence) = result.ending {
            let outcome = DivergenceReport(
                divergence: divergence, configuration: display.trainer.configuration,
                output: command.outputPath)
            let message = outcome.save(result)
            try display.writeDocument(result, output: nil, byteCount: nil)
            throw CommandFailure(.no, message)
        }
        let signal = signals.received
        let byteCount = try write(result, to: .awaited { signals.received == nil })
        signals.workEnds()
        display.summarize(result, byteCount: byteCount)
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
            return try OutputFile.write(
                result.checkpoint, to: command.outputPath, reader: reader)
        } catch {
            var failure = CommandFailure(error)
            if error.code == .io { failure.status = .readOrWriteFailed }
            throw failure
        }
    }
}

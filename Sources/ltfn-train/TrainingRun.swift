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
    let configuration: TrainingConfiguration

    func run() throws {
        // Whoever waits for a network to be trained wants to know first that it can be saved.
        try OutputFile.check(command.output)
        let notes = command.display.notes(program: "ltfn-train")
        let signals = SignalWatcher(onFirst: { _ in
            notes.note("stopping after this step, then saving; once more to quit at once.")
        })
        let dataset = try DataChoice.dataset(
            folder: command.data, synthetic: command.synthetic, notes: notes)
        if let folder = command.saveData { try dataset.write(to: folder) }
        let pool = command.threads.threads.map { ThreadPool(threadCount: $0) } ?? ThreadPool()
        let trainer = try Trainer(configuration: configuration, dataset: dataset, pool: pool)
        var display = TrainingDisplay(trainer: trainer, command: command, threads: pool.threadCount)
        display.begin()
        let result = try trainer.run(
            shouldStop: { signals.received != nil }, onEvent: { display.show($0) })
        display.end()
        try finish(result, display, signals.received)
    }

    private func finish(
        _ result: TrainingResult, _ display: TrainingDisplay, _ signal: SignalWatcher.StopSignal?
    ) throws {
        if case .diverged(let divergence) = result.ending {
            let outcome = DivergenceReport(
                divergence: divergence, configuration: configuration, output: command.output)
            let message = outcome.save(result.checkpoint)
            try display.writeDocument(result, output: nil, byteCount: nil)
            throw CommandFailure(.no, message)
        }
        let byteCount = try OutputFile.write(result.checkpoint, to: command.output)
        display.summarize(result, byteCount: byteCount)
        try display.writeDocument(result, output: command.output, byteCount: byteCount)
        if case .stopped = result.ending, let signal {
            throw CommandFailure(signal.exitStatus)
        }
    }
}

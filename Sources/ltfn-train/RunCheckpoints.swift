import LTFNBytes
import LTFNCheckpoint
import LTFNCommand
import LTFNFormat
import LTFNTraining

/// The checkpoints that one run keeps beside its output.
///
/// What stands under their names and is not of this run is neither replaced nor removed.
struct RunCheckpoints {
    let files: CheckpointFiles
    let run: RunIdentity
    let limits: DecodingLimits

    /// Makes sure that no checkpoint of another run stands beside the output.
    ///
    /// A damaged one may be this run's: it is not in the way before its step comes.
    ///
    /// - Throws: `CommandFailure`; `io`.
    func expectNoOthers() throws {
        for step in try files.steps() {
            let path = files.path(step: step)
            guard let other = RunRecord(at: path, limits: limits)?.run, other != run else {
                continue
            }
            let differences = run.differences(from: other).joined(separator: ", ")
            throw CommandFailure(
                .outputNotCreated,
                "\(TerminalText.escaped(path)) is a checkpoint of another run than the one that is "
                    + "to go on; they differ in: \(TerminalText.escaped(differences)). Choose "
                    + "another output, or remove it.")
        }
    }

    /// Writes a checkpoint, and only then removes the oldest of this run's up to `step`, so that
    /// `count` of them are left.
    ///
    /// - Returns: false when the name is taken by something else, which then is left alone.
    /// - Throws: `io`.
    func keep(_ checkpoint: Checkpoint, step: Int, count: Int) throws(FormatError) -> Bool {
        let replacing = isOwn(step)
        do throws(FormatError) {
            try DurableFileWriter.expectFile(at: files.path(step: step))
            _ = try OutputFile.write(
                checkpoint, to: files.path(step: step), replacingExisting: replacing,
                beside: files.outputPath)
        } catch  where !replacing && Self.taken(error) {
            return false
        }
        let own = try files.steps().filter { $0 <= step && isOwn($0) }
        for old in own.dropLast(count) { try Directory.removeFile(files.path(step: old)) }
        return true
    }

    /// Whether something else has the name: `EEXIST` and `EISDIR`, on every platform.
    private static func taken(_ error: FormatError) -> Bool {
        error.systemError == 17 || error.systemError == 21
    }

    /// Whether what stands under the name of `step` is this run's, after as many steps.
    private func isOwn(_ step: Int) -> Bool {
        guard let record = RunRecord(at: files.path(step: step), limits: limits) else {
            return false
        }
        return record.run == run && record.stepCount == step
    }
}

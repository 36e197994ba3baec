import LTFNBytes
import LTFNCheckpoint
import LTFNFiles

/// The checkpoints that one run keeps beside its output.
struct RunCheckpoints {
    let output: TrainingOutput
    let run: RunIdentity

    private var files: CheckpointFiles { output.files }

    /// Writes a checkpoint, and only then removes the oldest of this run's up to `step`, so that
    /// as many are left as are to be kept.
    ///
    /// - Returns: false when the name is taken by something else, which then is left alone.
    /// - Throws: `io`.
    func keep(_ checkpoint: Checkpoint, step: Int) throws(FormatError) -> Bool {
        let replacing = isOwn(step)
        do throws(FormatError) {
            try DurableFileWriter.expectFile(at: files.path(step: step))
            _ = try output.write(
                checkpoint, to: files.path(step: step), replacingExisting: replacing,
                beside: files.outputPath)
        } catch  where !replacing && Self.taken(error) {
            return false
        }
        let own = try files.steps().filter { $0 <= step && isOwn($0) }
        for old in own.dropLast(output.keptCount) {
            try Directory.removeFile(files.path(step: old))
        }
        return true
    }

    /// Whether something else has the name: `EEXIST` and `EISDIR`, on every platform.
    private static func taken(_ error: FormatError) -> Bool {
        error.systemError == 17 || error.systemError == 21
    }

    /// Whether what stands under the name of `step` is this run's, after as many steps.
    private func isOwn(_ step: Int) -> Bool {
        guard let record = RunRecord(at: files.path(step: step), limits: output.limits) else {
            return false
        }
        return record.run == run && record.stepCount == step
    }
}

// Another run's checkpoints under the same name would be taken for this run's.
extension TrainingOutput {
    /// Makes sure that no checkpoint stands beside the output of a run that keeps some.
    ///
    /// - Throws: `io` with the operation `create`.
    public func expectNoCheckpoints() throws(FormatError) {
        guard checkpointInterval != nil, let step = try files.steps().last else { return }
        let path = files.path(step: step)
        let advice =
            if RunRecord(at: path, limits: limits) != nil {
                " is a checkpoint of an earlier run; resume that run, remove its checkpoints, or "
                    + "choose another output."
            } else {
                (FileIdentity.isDanglingLink(path)
                    ? " is a link to a file that is not there,"
                    : " is not a checkpoint that can be read,")
                    + " and stands where a checkpoint may go; remove it, or choose another output."
            }
        throw FormatError(.io, operation: .create, path + advice)
    }

    /// Makes sure that no checkpoint of another run than the one that goes on stands beside the
    /// output.
    ///
    /// A damaged one may be this run's: it is not in the way before its step comes.
    ///
    /// - Throws: `io` with the operation `create`.
    public func expectNoCheckpoints(butOf run: RunIdentity) throws(FormatError) {
        guard checkpointInterval != nil else { return }
        for step in try files.steps() {
            let path = files.path(step: step)
            guard let other = RunRecord(at: path, limits: limits)?.run, other != run else {
                continue
            }
            let differences = run.differences(from: other).joined(separator: ", ")
            throw FormatError(
                .io, operation: .create,
                "\(path) is a checkpoint of another run than the one that is to go on; they differ "
                    + "in: \(differences). Choose another output, or remove it.")
        }
    }
}

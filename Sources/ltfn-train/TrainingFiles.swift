import LTFNBytes
import LTFNCommand
import LTFNDatasets
import LTFNTraining

/// The files of a run, which have to be different ones.
struct TrainingFiles {
    private let command: TrainCommand
    private let checkpoints: CheckpointFiles
    private let inputs: [FileRoles.File]
    /// Those that may not be the file that the run goes on from.
    private let others: [FileRoles.File]
    private let own: [FileRoles.File]
    private let resumed: [FileRoles.File]

    /// - Parameter resumed: the file that the run goes on from. The output, and what is kept beside
    ///   it, may take its place: they are the same run, further on.
    init(
        _ command: TrainCommand, _ output: TrainingOutput, _ dataset: Dataset, resumed: ResumedRun?
    ) {
        self.command = command
        checkpoints = output.files
        own = [
            FileRoles.File("the output", command.outputPath),
            FileRoles.File(
                "the last finite weights", checkpoints.lastFinitePath),
        ]
        var others = command.json.files
        if let folder = command.saveData {
            others += DatasetPart.allCases.map {
                FileRoles.File("a copy of the \($0.rawValue)", $0.savedPath(in: folder))
            }
            // A folder that is yet to be made would stand in the way of a file of its name.
            let trimmed = String(folder.reversed().drop { $0 == "/" }.reversed())
            if !trimmed.isEmpty { others.append(FileRoles.File("the folder of copies", trimmed)) }
        }
        self.others = others
        let data = DatasetPart.allCases.compactMap { part in
            dataset.files[part]?.path.map { FileRoles.File("the \(part.rawValue)", $0) }
        }
        let parts = resumed?.otherPaths.map { FileRoles.File("a part of what is resumed", $0) }
        inputs = data + command.base.files + (parts ?? [])
        self.resumed = resumed.map { [FileRoles.File("the file to go on from", $0.path)] } ?? []
    }

    /// - Throws: `CommandFailure` when two of them are one file.
    func expectDistinct() throws(CommandFailure) {
        try FileRoles(inputs: inputs, outputs: own + others).expectDistinct()
        // What stands beside the output may be gone on from too.
        for output in own {
            try FileRoles(inputs: [], replaceable: resumed, outputs: [output] + others)
                .expectDistinct()
        }
        guard command.checkpointEvery != nil else { return }
        for file in inputs + own + others {
            guard let path = checkpoints.path(sameAs: file.path) else { continue }
            throw FileRoles.failure(
                FileRoles.File("a checkpoint", path), "is also \(file.role)")
        }
    }
}

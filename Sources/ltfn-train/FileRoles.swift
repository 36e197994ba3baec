import LTFNBytes
import LTFNCommand
import LTFNDatasets

/// The files of a run and what each is to it: no output may replace an input or another output.
struct FileRoles {
    private struct File {
        /// `the output`
        let role: String
        let path: String
    }

    private let outputs: [File]
    private let inputs: [File]
    private let checkpoints: CheckpointFiles?
    /// The file that the run goes on from, and the outputs that may not be it.
    private let resumed: (file: File, outputs: [File])?

    /// - Parameter resumed: the file that the run goes on from. The output, and what is kept beside
    ///   it, may take its place: they are the same run, further on.
    init(_ command: TrainCommand, _ dataset: Dataset, resumed: String?) {
        let files = CheckpointFiles(output: command.output)
        checkpoints = command.checkpointEvery == nil ? nil : files
        let own = [
            File(role: "the output", path: command.output),
            File(
                role: "the last finite weights",
                path: OutputFile.lastFinitePath(for: command.output)),
        ]
        var others: [File] = []
        if case .file(let path) = command.json.destination {
            others.append(File(role: "the JSON document", path: path))
        }
        if let folder = command.saveData {
            others += DatasetPart.allCases.map {
                File(role: "a copy of the \($0.rawValue)", path: $0.savedPath(in: folder))
            }
        }
        outputs = own + others
        let data = DatasetPart.allCases.compactMap { part in
            dataset.files[part]?.path.map { File(role: "the \(part.rawValue)", path: $0) }
        }
        inputs = data + command.base.paths.map { File(role: "a base", path: $0) }
        self.resumed = resumed.map { (File(role: "the file to go on from", path: $0), others) }
    }

    /// - Throws: `CommandFailure` when two of them are one file.
    func expectDistinct() throws(CommandFailure) {
        for (index, output) in outputs.enumerated() {
            for other in outputs[(index + 1)...] where FileIdentity.same(output.path, other.path) {
                throw failure(output, "is also to be", other)
            }
            for input in inputs where FileIdentity.same(output.path, input.path) {
                throw failure(output, "is read as", input)
            }
        }
        if let (file, outputs) = resumed {
            for output in outputs where FileIdentity.same(output.path, file.path) {
                throw failure(output, "is read as", file)
            }
        }
        guard let checkpoints else { return }
        for file in inputs + outputs {
            guard let path = checkpoints.path(sameAs: file.path) else { continue }
            throw failure(File(role: "a checkpoint", path: path), "is also", file)
        }
    }

    private func failure(_ output: File, _ relation: String, _ other: File) -> CommandFailure {
        CommandFailure(
            .usage,
            "\(TerminalText.escaped(output.path)), to be written as \(output.role), \(relation) "
                + "\(other.role); expected a file of its own for each.")
    }
}

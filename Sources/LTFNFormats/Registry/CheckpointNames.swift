import LTFNBytes
import LTFNCheckpoint
import LTFNFiles

/// What a checkpoint tells at once: for completions, and for files that were named in the wrong
/// order.
public enum CheckpointNames {
    /// How the names of checkpoints end, of every format that is known: `ltfn`.
    public static let fileExtensions = FormatRegistry.standard.formats.flatMap(
        \.traits.fileExtensions)

    /// The names of the variables in the file at `path`, of any format that is known; none when it
    /// cannot be read.
    public static func variables(inFileAt path: String) -> [String] {
        let file = try? ModelFile(path, ModelFile.Options(readsValues: false))
        return file?.reader.manifest.variables.map(\.name.string) ?? []
    }

    /// Whether the file, or the folder, at `path` looks as a checkpoint does.
    public static func isCheckpoint(fileAt path: String) -> Bool {
        guard let files = try? DiskFileSet(path: path), let look = try? FileSetLook(files) else {
            return false
        }
        return FormatRegistry.standard.formats.contains { $0.recognizes(look) }
    }

    /// What is wrong with the order of the files on a command line that takes a model first; nil:
    /// nothing that can be told.
    public static func misorder(_ command: String, model: String, others: [String]) -> String? {
        guard let other = others.first(where: isCheckpoint), !isCheckpoint(fileAt: model) else {
            return nil
        }
        return "\(model) was given as the model, and is none; \(other) is one. The model comes "
            + "first: \(command) \(other) \(model)"
    }
}

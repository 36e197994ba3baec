import LTFNBytes
import LTFNCheckpoint

/// What a checkpoint tells at once: for completions, and for files that were named in the wrong order.
public enum CheckpointNames {
    /// How the names of checkpoints end, of every format that is known: `ltfn`.
    public static let fileExtensions = FormatRegistry.standard.formats.flatMap(
        \.traits.fileExtensions)

    /// The names of the variables in the file at `path`, of any format that is known; none when it cannot be
    /// read.
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
}

import LTFNBytes
import LTFNCheckpoint

/// A file that means nothing without others, told by what it is called: what to name instead.
struct PartOfWhole {
    /// One or two sentences.
    let sentence: String

    /// - Parameter files: where the files are that stand beside it.
    init?(_ look: FileSetLook, in files: any FileSet) {
        guard let prefix = look.prefix, let found = Self.advice(look.name, prefix, files)
        else { return nil }
        sentence = found
    }

    private static func advice(
        _ name: String, _ prefix: [UInt8], _ files: any FileSet
    ) -> String? {
        if name == "saved_model.pb" { return "This is part of a SavedModel: name its folder." }
        if name.hasSuffix(".distcp") {
            return "This is part of a torch.distributed.checkpoint: name its folder."
        }
        if name.hasSuffix(".pt2"), prefix.starts(with: [0x50, 0x4B]) {
            return "This is a program of torch.export, which cannot be read. Save its weights with "
                + "torch.save(torch.export.load(…).state_dict(), …)."
        }
        if name == "checkpoint", prefix.starts(with: Array("model_checkpoint_path".utf8)) {
            return "This only says which checkpoint of TensorFlow is the newest: name its folder, "
                + "or the checkpoint itself."
        }
        let ending = ".meta"
        let start = String(name.dropLast(ending.count))
        guard name.hasSuffix(ending), (try? files.file(start + ".index")) != nil else { return nil }
        return "This is the graph of a TensorFlow checkpoint: name the checkpoint, \(start)."
    }
}

import LTFNBytes
import LTFNCheckpoint
import LTFNFormats

/// What a file says of the training it comes from, without its values.
struct RunRecord {
    let run: RunIdentity
    let stepCount: Int

    /// Reads the index of the file at `path`; nil when it cannot be read, or is about no training.
    init?(at path: String, limits: DecodingLimits) {
        let options = ModelFile.Options(limits: limits, readsValues: false)
        guard let manifest = try? ModelFile(path, options).reader.manifest,
            let run = RunIdentity(manifest),
            case .map(let training)? = manifest.metadata["training"],
            case .u64(let steps)? = training["steps"], let stepCount = Int(exactly: steps)
        else { return nil }
        self.run = run
        self.stepCount = stepCount
    }
}

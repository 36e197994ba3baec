import LTFNBytes
import LTFNCheckpoint

extension Initializer {
    /// The first values of a variable, and the record from which they can be made again.
    ///
    /// - Parameters:
    ///   - stream: which of the seed's independent sequences: each variable of a model has its own.
    ///   - fans: nil: those of the shape.
    /// - Throws: as `init(recipe:seed:stream:fans:dtype:)` and `sample(_:limits:)`.
    public static func fill(
        _ info: TensorInfo, with recipe: InitializerRecipe, seed: UInt64, stream: UInt64,
        fans: Fans? = nil
    ) throws(FormatError) -> (tensor: TensorData, spec: InitializerSpec) {
        var own = try Fans(shape: info.shape)
        if let fans { own = fans }
        let initializer = try Initializer(
            recipe: recipe, seed: seed, stream: stream, fans: own, dtype: info.dtype)
        let tensor = try TensorData(
            info: info, bytes: initializer.sample(0..<info.shape.elementCount))
        let spec = InitializerSpec(
            recipe: recipe, seed: seed, stream: stream, fans: own,
            evidence: .reproducible(
                algorithmVersion: algorithmVersion, digest: ValueHash.digest(tensor.bytes.bytes)))
        return (tensor, spec)
    }
}

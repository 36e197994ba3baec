import LTFNBytes
import LTFNCheckpoint

extension Initializer {
    /// The bytes that are made, hashed and forgotten at a time: a whole number of any element.
    private static let pieceByteCount = 1 << 16

    /// The digest of the first `elementCount` elements, made piece by piece.
    ///
    /// Complexity: O(`elementCount`) time, O(1) memory; the caller decides how much time a file may
    /// ask for.
    ///
    /// - Throws: `limitExceeded` when the elements have no byte count.
    public func digest(elementCount: Int) throws(FormatError) -> SHA256Digest {
        guard let byteCount = dtype.byteCount(elementCount: elementCount) else {
            throw FormatError(
                .limitExceeded, rule: "LTFN-I9",
                "\(elementCount) elements of dtype \(dtype.rawValue) have no byte count.")
        }
        var hash = ValueHash()
        var piece = AlignedBytes(byteCount: min(byteCount, Self.pieceByteCount))
        var done = 0
        while done < byteCount {
            let now = min(byteCount - done, Self.pieceByteCount)
            if now < piece.byteCount { piece = AlignedBytes(byteCount: now) }
            var bytes = piece.mutableBytes
            try fill(&bytes, from: UInt64(done / max(1, dtype.bitCount / 8)))
            hash.update(piece.bytes)
            done += now
        }
        return hash.finalize()
    }

    /// The digest of the initial values of a variable, sampled anew.
    ///
    /// Complexity: O(elements).
    ///
    /// - Throws: as `init(_:dtype:)`.
    public static func digest(
        of spec: InitializerSpec, info: TensorInfo
    ) throws(FormatError) -> SHA256Digest {
        // Where there are no elements nothing is sampled, whatever the record asks for.
        guard info.shape.elementCount > 0 else { return ValueHash.digest([]) }
        return try Initializer(spec, dtype: info.dtype)
            .digest(elementCount: info.shape.elementCount)
    }

    /// The record of a variable that is filled by `recipe` now: fans from its shape, this version
    /// of the rules, the digest of the initial bytes.
    ///
    /// Complexity: O(elements).
    ///
    /// - Throws: as `init(recipe:seed:stream:fans:dtype:)`.
    public static func record(
        recipe: InitializerRecipe, seed: UInt64, stream: UInt64, info: TensorInfo
    ) throws(FormatError) -> InitializerSpec {
        let fans = try Fans(shape: info.shape)
        let initializer = try Initializer(
            recipe: recipe, seed: seed, stream: stream, fans: fans, dtype: info.dtype)
        let digest = try initializer.digest(elementCount: info.shape.elementCount)
        return InitializerSpec(
            recipe: recipe, seed: seed, stream: stream, fans: fans,
            evidence: .reproducible(algorithmVersion: algorithmVersion, digest: digest))
    }

    /// Checks that sampling gives the initial bytes that the record's digest names.
    ///
    /// Complexity: O(elements).
    ///
    /// - Throws: `checksumMismatch` when it does not, and as `init(_:dtype:)`.
    public static func verify(_ spec: InitializerSpec, info: TensorInfo) throws(FormatError) {
        let found = try digest(of: spec, info: info)
        guard case .reproducible(_, let expected) = spec.evidence else { return }
        guard found == expected else {
            throw FormatError(
                .checksumMismatch, rule: "LTFN-I10",
                "The initial values sampled by \(spec.recipe.name) have the digest \(found), "
                    + "the record says \(expected).")
        }
    }
}

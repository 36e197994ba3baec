import LTFNBytes
import LTFNCheckpoint

/// Gives the initial values of one variable, bit for bit, from any element on
/// (`Spec/initializers.md`).
///
/// A value of this type is checked once and can then be used from any number of threads.
public struct Initializer: Sendable {
    /// The version of the sampling rules that this code follows.
    public static let algorithmVersion: UInt32 = 1

    /// How an element comes about.
    package enum Content: Sendable {
        /// The bytes of one element, which are those of every element.
        case repeated([UInt8])
        case sampled(SamplingPlan)
    }

    public let dtype: DType
    package let content: Content

    /// - Throws: `notRepresentable` when the recipe is only described, lacks fans, has a parameter
    ///   that is not finite, or has no values in `dtype`.
    public init(
        recipe: InitializerRecipe, seed: UInt64, stream: UInt64, fans: Fans?, dtype: DType
    ) throws(FormatError) {
        self.dtype = dtype
        let distribution = try ElementDistribution(recipe, fans: fans)
        if case .constant(let value) = distribution {
            content = .repeated(try ConstantPattern.bytes(of: value, dtype: dtype))
            return
        }
        guard let element = ElementType(dtype) else {
            throw FormatError(
                .notRepresentable, rule: "LTFN-I6",
                "The initializer \(recipe.name) is sampled in f16, bf16, f32 and f64, "
                    + "not in \(dtype.rawValue).")
        }
        content = .sampled(
            try SamplingPlan(distribution, element: element, seed: seed, stream: stream))
    }

    /// The initializer of a variable whose record says that it can be replayed.
    ///
    /// - Throws: `notRepresentable` for a descriptive record, `unsupportedVersion` for sampling
    ///   rules this code does not know, and as `init(recipe:seed:stream:fans:dtype:)`.
    public init(_ spec: InitializerSpec, dtype: DType) throws(FormatError) {
        guard case .reproducible(let version, _) = spec.evidence else {
            throw FormatError(
                .notRepresentable, rule: "LTFN-I4",
                "The initializer \(spec.recipe.name) is a description: the initial values cannot "
                    + "be replayed from it.")
        }
        guard version == Self.algorithmVersion else {
            throw FormatError(
                .unsupportedVersion, rule: "LTFN-I3",
                "The initial values follow version \(version) of the sampling rules; this program "
                    + "knows version \(Self.algorithmVersion).")
        }
        try self.init(
            recipe: spec.recipe, seed: spec.seed, stream: spec.stream, fans: spec.fans,
            dtype: dtype)
    }

    /// Fills `bytes` with the elements from number `element` on, packed and little-endian.
    ///
    /// Any cut of a variable into pieces gives the same bytes.
    ///
    /// - Throws: `corrupt` when `bytes` do not hold whole elements, or more than there can be.
    public func fill(
        _ bytes: inout MutableRawSpan, from element: UInt64 = 0
    ) throws(FormatError) {
        switch content {
        case .repeated(let pattern):
            try checkWholeElements(bytes.byteCount, of: pattern.count)
            repeatPattern(pattern, in: &bytes)
        case .sampled(let plan):
            try checkWholeElements(bytes.byteCount, of: plan.element.byteCount)
            let count = UInt64(bytes.byteCount / plan.element.byteCount)
            guard !element.addingReportingOverflow(count).overflow else {
                throw FormatError(
                    .corrupt, rule: "LTFN-I1", "Element \(element) is too near the last, 2^64 - 1.")
            }
            FastSampler.fill(&bytes, with: plan, from: element)
        }
    }

    /// The bytes of the elements in `range`, packed and little-endian.
    ///
    /// - Throws: `limitExceeded`, before anything is allocated, when they would be more than
    ///   `limits.tensorByteCount`; `corrupt` when the range starts below zero.
    public func sample(
        _ range: Range<Int>, limits: DecodingLimits = .standard
    ) throws(FormatError) -> AlignedBytes {
        guard let first = UInt64(exactly: range.lowerBound) else {
            throw FormatError(.corrupt, rule: "LTFN-I1", "There is no element \(range.lowerBound).")
        }
        guard let byteCount = dtype.byteCount(elementCount: range.count),
            byteCount <= limits.tensorByteCount
        else {
            throw FormatError(
                .limitExceeded, rule: "LTFN-I9",
                "\(range.count) initial values of dtype \(dtype.rawValue) take more than the limit "
                    + "of \(limits.tensorByteCount) bytes.")
        }
        var result = try AlignedBytes(reserving: byteCount)
        var bytes = result.mutableBytes
        try fill(&bytes, from: first)
        return result
    }

    /// All values of a variable.
    ///
    /// - Throws: as `init(_:dtype:)` and `sample(_:limits:)`.
    public static func sample(
        _ spec: InitializerSpec, info: TensorInfo, limits: DecodingLimits = .standard
    ) throws(FormatError) -> TensorData {
        let initializer = try Initializer(spec, dtype: info.dtype)
        let bytes = try initializer.sample(0..<info.shape.elementCount, limits: limits)
        return try TensorData(info: info, bytes: bytes)
    }

    private func checkWholeElements(_ byteCount: Int, of size: Int) throws(FormatError) {
        guard byteCount % size == 0 else {
            throw FormatError(
                .corrupt, "\(byteCount) bytes are not whole elements of \(size) bytes.")
        }
    }

    /// - Parameter pattern: 1, 2, 4, 8 or 16 bytes.
    private func repeatPattern(_ pattern: [UInt8], in bytes: inout MutableRawSpan) {
        let words = (0..<2).map { half in
            (0..<8).reduce(0 as UInt64) { word, index in
                word | UInt64(pattern[(8 * half + index) % pattern.count]) << (8 * UInt64(index))
            }
        }
        let (even, odd) = (words[0].littleEndian, words[1].littleEndian)
        let whole = bytes.byteCount - bytes.byteCount % 16
        for offset in stride(from: 0, to: whole, by: 16) {
            bytes.storeBytes(of: even, toByteOffset: offset, as: UInt64.self)
            bytes.storeBytes(of: odd, toByteOffset: offset + 8, as: UInt64.self)
        }
        for offset in whole..<bytes.byteCount {
            let byte = pattern[offset % pattern.count]
            bytes.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
        }
    }
}

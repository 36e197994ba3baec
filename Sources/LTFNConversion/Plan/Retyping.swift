import LTFNCheckpoint

/// That the values of one dtype are really of another one, which a file could not say:
/// `bits16=bf16`.
public struct Retyping: Hashable, Sendable {
    public let from: DType
    public let to: DType

    /// Fails unless both have the same width and `from` says little of what its bits mean: opaque
    /// bits, or unsigned integers.
    public init?(from: DType, to: DType) {
        let vague: Set<DType> = [
            .bits8, .bits16, .bits32, .bits64, .bits128, .u8, .u16, .u32, .u64,
        ]
        guard vague.contains(from), from.bitCount == to.bitCount else { return nil }
        self.from = from
        self.to = to
    }
}

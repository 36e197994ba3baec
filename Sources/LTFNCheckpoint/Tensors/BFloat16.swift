/// The upper half of a float32: 8 bits of exponent, 7 of mantissa.
public struct BFloat16: Hashable, Sendable {
    public var bitPattern: UInt16

    public init(bitPattern: UInt16) {
        self.bitPattern = bitPattern
    }

    /// The nearest value, ties to even; a NaN stays a NaN and keeps its sign and upper payload.
    public init(_ value: Float) {
        let bits = value.bitPattern
        if value.isNaN {
            bitPattern = UInt16(truncatingIfNeeded: bits >> 16) | 0x40
        } else {
            let tie = (bits >> 16) & 1
            bitPattern = UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ tie) >> 16)
        }
    }
}

extension Float {
    /// The same value, exactly.
    public init(_ value: BFloat16) {
        self.init(bitPattern: UInt32(value.bitPattern) << 16)
    }
}

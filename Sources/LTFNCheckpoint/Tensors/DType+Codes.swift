extension DType {
    /// Whether the elements are real numbers; those that are not are complex, or opaque bits.
    public var isReal: Bool {
        switch self {
        case .c64, .c128, .bits8, .bits16, .bits32, .bits64, .bits128: false
        default: true
        }
    }

    /// The numbers that all codes of an element stand for, in the order of the codes; nil when an
    /// element has more than 8 bits, or is no number.
    package var codeValues: [Double]? {
        guard bitCount <= 8, let number = codeValue else { return nil }
        return (0..<UInt32(1) << UInt32(bitCount)).map(number)
    }

    private var codeValue: ((UInt32) -> Double)? {
        switch self {
        case .bool: { $0 == 0 ? 0 : 1 }
        case .i2, .i4, .i8: { [bitCount] in Self.signed($0, bitCount: bitCount) }
        case .u2, .u4, .u8: { Double($0) }
        case .f8e4m3fn: MiniFloat.f8e4m3fn.value
        case .f8e4m3fnuz: MiniFloat.f8e4m3fnuz.value
        case .f8e5m2: MiniFloat.f8e5m2.value
        case .f8e5m2fnuz: MiniFloat.f8e5m2fnuz.value
        case .f8e8m0: { $0 == 0xFF ? .nan : powerOfTwo(Int($0) - 127) }
        case .f6e2m3: MiniFloat.f6e2m3.value
        case .f6e3m2: MiniFloat.f6e3m2.value
        case .f4e2m1: MiniFloat.f4e2m1.value
        default: nil
        }
    }

    private static func signed(_ code: UInt32, bitCount: Int) -> Double {
        let value = Double(code)
        return code >> UInt32(bitCount - 1) == 0 ? value : value - powerOfTwo(bitCount)
    }
}

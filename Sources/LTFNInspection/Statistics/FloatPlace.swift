/// Where a number is counted when there are too many to be sorted: one of 2^20 places, each with
/// the numbers whose upper 20 bits as a float32 are the same.
///
/// So a place is at most 2^-11 of its numbers wide, and has one number of float16, bfloat16 and
/// narrower floats. Beyond the range of a float32, numbers share a place with zero or infinity.
struct FloatPlace: Hashable {
    static let count = 1 << bits
    private static let bits = 20
    private static let step = UInt32(1) << (32 - bits)

    /// In the order of the numbers; both zeros have the same.
    let index: Int
    /// How far the number is from the end of its place that is nearer to zero, in units in the last
    /// place of a float32.
    let offset: UInt16

    init(of number: Double) {
        // -0 + 0 is 0.
        let pattern = Float(number + 0).bitPattern
        let ordered = pattern >> 31 == 0 ? pattern | 1 << 31 : ~pattern
        index = Int(ordered >> (32 - Self.bits))
        offset = UInt16(truncatingIfNeeded: pattern & (Self.step - 1))
    }

    /// The number that stands `offset` units away from the end of a place that is nearer to zero.
    static func number(at index: Int, _ offset: UInt16) -> Double {
        let ordered = UInt32(truncatingIfNeeded: index) << (32 - bits)
        let isNegative = ordered >> 31 == 0
        // Of negative numbers the complement counts down.
        let near = isNegative ? ~(ordered &+ (step - 1)) : ordered
        let magnitude = Float(bitPattern: (near & ~(1 << 31)) &+ UInt32(offset))
        return isNegative ? -Double(magnitude) : Double(magnitude)
    }
}

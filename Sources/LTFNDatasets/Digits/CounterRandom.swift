/// Numbers that depend on nothing but a key and how many were drawn before: the same everywhere.
///
/// The finalizer of SplitMix64 (Steele, Lea and Flood 2014) over key + counter · golden ratio.
struct CounterRandom {
    private let key: UInt64
    private var counter: UInt64 = 0

    /// One independent sequence for each pair of `seed` and `stream`.
    init(seed: UInt64, stream: UInt64) {
        key = Self.mix(Self.mix(seed &+ 0x9E37_79B9_7F4A_7C15) &+ stream)
    }

    mutating func next() -> UInt64 {
        counter &+= 1
        return Self.mix(key &+ counter &* 0x9E37_79B9_7F4A_7C15)
    }

    /// 0 ..< `count`.
    mutating func below(_ count: Int) -> Int {
        Int(truncatingIfNeeded: ((next() >> 32) &* UInt64(count)) >> 32)
    }

    /// Uniform in [`low`, `high`), from 24 bits.
    mutating func uniform(_ low: Float, _ high: Float) -> Float {
        low + (high - low) * (Float(next() >> 40) * 0x1p-24)
    }

    /// Around 0, in (-1, 1), small values the more likely: the mean of four uniform numbers.
    mutating func bell() -> Float {
        let bits = next()
        var sum: Float = 0
        for shift in stride(from: UInt64(0), to: 64, by: 16) {
            sum += Float((bits >> shift) & 0xFFFF)
        }
        return (sum * 0x1p-16 - 2) * 0.5
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

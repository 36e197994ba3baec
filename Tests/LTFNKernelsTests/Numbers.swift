import LTFNKernels

/// Numbers that look random and are the same in every run.
struct Numbers {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        var mixed = state ^ (state >> 33)
        mixed = mixed &* 0xFF51_AFD7_ED55_8CCD
        return mixed ^ (mixed >> 33)
    }

    /// Values in ±1 that float32 holds exactly.
    mutating func values(_ count: Int, scale: Double = 1) -> [Double] {
        (0..<count).map { _ in
            Double(Float((Double(next() >> 40) / Double(1 << 23) - 1) * scale))
        }
    }

    mutating func labels(_ count: Int, below limit: Int) -> [Int] {
        (0..<count).map { _ in Int(next() % UInt64(limit)) }
    }
}

/// ‖a − b‖ / ‖b‖.
func distance(_ a: [Double], _ b: [Double]) -> Double {
    guard a.count == b.count else { return .infinity }
    var (difference, norm) = (0.0, 0.0)
    for (x, y) in zip(a, b) {
        difference += (x - y) * (x - y)
        norm += y * y
    }
    return (difference / max(norm, .leastNormalMagnitude)).squareRoot()
}

func doubles(_ values: [Float]) -> [Double] { values.map(Double.init) }
func floats(_ values: [Double]) -> [Float] { values.map { Float($0) } }

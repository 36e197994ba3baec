/// Two numbers that stand in the same place.
struct ValuePair {
    let first: Double
    let second: Double
    /// |a - b|, exact for integers of 64 bits, too.
    let distance: Double
    /// How many numbers of the dtype one is away from the other; nil: the dtype has no such
    /// measure, or there are two.
    let ulps: UInt64?

    /// - Parameter steps: how many numbers of the dtype one is away from the other.
    init(_ first: Double, _ second: Double, steps: UInt64?, isInteger: Bool) {
        self.first = first
        self.second = second
        distance = isInteger ? steps.map { Double($0) } ?? 0 : (first - second).magnitude
        ulps = isInteger ? nil : steps
    }

    var isFinite: Bool { first.isFinite && second.isFinite }

    /// |a - b| / max(|a|, |b|); 0 for two zeros.
    var relative: Double {
        // Halves: the distance of the largest numbers is infinite.
        let scale = max(first.magnitude, second.magnitude) / 2
        guard scale > 0 else { return distance }
        return distance.isFinite
            ? distance / 2 / scale : (first / 2 - second / 2).magnitude / scale
    }
}

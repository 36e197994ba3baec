/// The readable twin of the fast sampler: one element at a time, as the specification says it.
package struct ReferenceSampler: Sendable {
    let plan: SamplingPlan
    let generator: Philox

    package init(_ plan: SamplingPlan) {
        self.plan = plan
        generator = Philox(seed: plan.seed)
    }

    /// Element number `index` of the variable, as the value of the dtype.
    package func value(at index: UInt64) -> Double {
        let draw = draw(at: index)
        let value = plan.element.rounded(plan.offset + plan.scale * draw)
        let limited = value > plan.ceiling ? plan.ceiling : value
        return plan.element.rounded(limited * plan.factor)
    }

    /// The bytes of elements `first` … `first + count - 1`, little-endian.
    package func bytes(first: UInt64, count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count * plan.element.byteCount)
        for index in 0..<count {
            plan.element.append(value(at: first + UInt64(index)), to: &bytes)
        }
        return bytes
    }

    private func draw(at index: UInt64) -> Double {
        let distance = plan.element == .f64 ? distance53(at: index) : distance32(at: index)
        switch plan.draw {
        case .uniform:
            return distance + 0.5
        case .normal:
            return NormalQuantile.quantile(distance: distance)
        case .truncatedNormal:
            let halfWidth = Double(bitPattern: QuantileTables.truncationHalfWidth)
            return NormalQuantile.quantile(distance: distance * (2 * halfWidth))
        }
    }

    /// u - 1/2 from one word an element, exactly.
    private func distance32(at index: UInt64) -> Double {
        let word = generator.block(low: index / 4, high: plan.stream)[Int(index % 4)]
        return (Double(word) - 2_147_483_647.5) * 0x1p-32
    }

    /// u - 1/2 from the upper 53 bits of two words an element, exactly.
    private func distance53(at index: UInt64) -> Double {
        let words = generator.block(low: index / 2, high: plan.stream)
        let first = Int(index % 2) * 2
        let word = UInt64(words[first + 1]) << 32 | UInt64(words[first])
        let odd = Int64(word >> 11) * 2 + 1 - (1 << 53)
        return Double(odd) * 0x1p-54
    }
}

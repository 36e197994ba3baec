import LTFNBytes
import LTFNInitializers
import Testing

/// The C bodies against their readable twin.
@Suite("Fast sampler")
struct FastSamplerTests {
    @Test(
        "Every instruction set gives the reference's bits, at odd offsets and lengths",
        arguments: FastSampler.instructionSets, ElementType.allCases)
    func agreesWithReference(
        instructionSet: FastSampler.InstructionSet, element: ElementType
    ) {
        for plan in Self.plans(element) {
            let reference = ReferenceSampler(plan)
            for (first, count) in Self.cuts {
                var fast = AlignedBytes(byteCount: count * element.byteCount)
                var span = fast.mutableBytes
                FastSampler.fill(&span, with: plan, from: first, on: instructionSet)
                #expect(
                    fast.array == reference.bytes(first: first, count: count),
                    "\(plan) from \(first), \(count) elements")
            }
        }
    }

    @Test(
        "Nothing is written outside the elements asked for, at any address",
        arguments: FastSampler.instructionSets, ElementType.allCases)
    func staysInside(instructionSet: FastSampler.InstructionSet, element: ElementType) {
        let plan = SamplingPlan(draw: .normal, element: element, seed: 3, stream: 4)
        for (shift, count) in [
            (1, 1), (3, 17), (5, 33), (7, 700), (9, 510), (11, 508), (2, 509), (0, 0),
        ] {
            let first = UInt64(shift / 2)
            let byteCount = count * element.byteCount
            var block = AlignedBytes(byteCount: byteCount + 128)
            var whole = block.mutableBytes
            for offset in 0..<whole.byteCount {
                whole.storeBytes(of: 0xA5, toByteOffset: offset, as: UInt8.self)
            }
            var inner = whole._mutatingExtracting(64 + shift..<64 + shift + byteCount)
            FastSampler.fill(&inner, with: plan, from: first, on: instructionSet)
            let bytes = block.array
            let reference = ReferenceSampler(plan).bytes(first: first, count: count)
            #expect(Array(bytes[64 + shift..<64 + shift + byteCount]) == reference)
            #expect(bytes[..<(64 + shift)].allSatisfy { $0 == 0xA5 })
            #expect(bytes[(64 + shift + byteCount)...].allSatisfy { $0 == 0xA5 })
        }
    }

    private static let cuts: [(UInt64, Int)] = [
        (0, 1), (0, 3), (1, 4), (2, 5), (3, 64), (7, 511), (509, 513), (1 << 32 - 5, 12),
        (1 << 34 - 9, 40), (.max - 700, 700), (12_345, 3_001),
    ]

    private static func plans(_ element: ElementType) -> [SamplingPlan] {
        let base = SamplingPlan(draw: .normal, element: element, seed: 0xFEED_0001, stream: 1 << 40)
        var plans: [SamplingPlan] = []
        for draw in [SamplingPlan.Draw.uniform, .normal, .truncatedNormal] {
            var plan = base
            plan.draw = draw
            plans.append(plan)
            (plan.offset, plan.scale) = (-0.3, 0.7)
            plans.append(plan)
            plan.ceiling = element.rounded(-0.1)
            plans.append(plan)
            // Results that are subnormal, zero or infinite in some dtypes.
            for scale in [1e-40 as Double, 3e-8, .leastNonzeroMagnitude * 2048, 7e4, 2e38] {
                (plan.offset, plan.scale, plan.ceiling) = (0, scale, .infinity)
                plans.append(plan)
            }
            (plan.scale, plan.factor) = (1, element.rounded(0.01))
            plans.append(plan)
            // Zeros of both signs, each in every place.
            for zero in [0.0, -0.0] {
                for (offset, scale, factor) in [(zero, 0, 1), (-0.0, zero, 1), (0, 1, zero)] {
                    (plan.offset, plan.scale, plan.factor) = (offset, scale, factor)
                    plans.append(plan)
                }
            }
        }
        return plans
    }
}

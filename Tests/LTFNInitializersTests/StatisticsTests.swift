import Foundation
import LTFNCheckpoint
import LTFNInitializers
import Testing

/// A million draws against what the distributions say. The seeds are fixed: a test that passes once
/// passes always.
@Suite("Statistics of a million draws")
struct StatisticsTests {
    static let count = 1_000_000
    static let normal = InitializerRecipe.normal(mean: 0, standardDeviation: 1)
    static let truncated = InitializerRecipe.truncatedNormal(mean: 0, standardDeviation: 1)
    static let uniform = InitializerRecipe.uniform(low: -1, high: 1)

    @Test("Mean and standard deviation are those expected, within four standard errors")
    func moments() throws {
        let fans = Fans(fanIn: 576, fanOut: 1152)
        let recipes: [InitializerRecipe] = [
            Self.normal, Self.truncated, Self.uniform, .normal(mean: 3, standardDeviation: 0.1),
            .scaledNormal(factor: 0.01), .heNormal, .heUniform, .glorotNormal, .glorotUniform,
            .lecunNormal, .lecunUniform,
            .varianceScaling(scale: 2.6, fan: .fanIn, distribution: .uncorrectedTruncatedNormal),
            .varianceScaling(scale: 2, fan: .fanOut, distribution: .correctedTruncatedNormal),
            .varianceScaling(scale: 1, fan: .fanAverage, distribution: .untruncatedNormal),
        ]
        for recipe in recipes {
            let drawn = try values(recipe, fans: fans, count: Self.count)
            let expected = try #require(ExpectedMoments(recipe: recipe, fans: fans))
            let seen = Moments(drawn)
            let error = expected.standardDeviation / Double(Self.count).squareRoot()
            #expect(abs(seen.mean - expected.mean) < 4 * error, "\(recipe)")
            #expect(abs(seen.deviation - expected.standardDeviation) < 4 * error, "\(recipe)")
            #expect(drawn.allSatisfy { $0 >= Double(Float(expected.minimum)) }, "\(recipe)")
            #expect(drawn.allSatisfy { $0 <= Double(Float(expected.maximum)) }, "\(recipe)")
        }
    }

    @Test("Kolmogorov-Smirnov, at 1 % significance", arguments: [DType.f32, .f64])
    func kolmogorovSmirnov(dtype: DType) throws {
        // sup |F_n - F| · √n exceeds 1.628 with probability 0.01 (Smirnov 1948).
        let bound = 1.628 / Double(Self.count).squareRoot()
        let below = { (z: Double) in 0.5 * erfc(-z / 2.0.squareRoot()) }
        let cut = below(-2)
        let cases: [(InitializerRecipe, (Double) -> Double)] = [
            (Self.normal, below),
            (Self.truncated, { (below($0) - cut) / (1 - 2 * cut) }),
            (Self.uniform, { ($0 + 1) / 2 }),
        ]
        for (recipe, distribution) in cases {
            let drawn = try values(recipe, dtype: dtype, count: Self.count).sorted()
            var distance = 0.0
            for (index, value) in drawn.enumerated() {
                let expected = distribution(value)
                distance = max(
                    distance, expected - Double(index) / Double(Self.count),
                    Double(index + 1) / Double(Self.count) - expected)
            }
            #expect(distance < bound, "\(recipe.name)")
        }
    }

    @Test("The tails beyond 3, 4 and 5 standard deviations are as full as they must be")
    func tails() throws {
        let total = 32 * Self.count
        var beyond: [Double: (below: Int, above: Int)] = [3: (0, 0), 4: (0, 0), 5: (0, 0)]
        for part in 0..<32 {
            let first = UInt64(part * Self.count)
            for value in try values(Self.normal, first: first, count: Self.count)
            where value.magnitude > 3 {
                for sigma in beyond.keys where value.magnitude > sigma {
                    if value < 0 { beyond[sigma]?.below += 1 } else { beyond[sigma]?.above += 1 }
                }
            }
        }
        for (sigma, seen) in beyond {
            let expected = Double(total) * 0.5 * erfc(sigma / 2.0.squareRoot())
            for count in [seen.below, seen.above] {
                let error = (Double(count) - expected).magnitude
                #expect(error < 4 * expected.squareRoot(), "beyond \(sigma)")
                #expect(count > 0)
            }
        }
    }

    @Test("Truncated normals reach both cuts and never pass them", arguments: ElementType.allCases)
    func truncation(element: ElementType) throws {
        let dtype: DType =
            switch element {
            case .f16: .f16
            case .bf16: .bf16
            case .f32: .f32
            case .f64: .f64
            }
        let drawn = try values(Self.truncated, dtype: dtype, count: Self.count)
        let least = try #require(drawn.min())
        let greatest = try #require(drawn.max())
        #expect(least >= -2 && least < -1.9999)
        #expect(greatest <= 2 && greatest > 1.9999)
    }

    @Test("Streams, seeds and neighbours are not correlated")
    func independence() throws {
        let base = try values(Self.normal, seed: 1, stream: 0, count: Self.count)
        let others: [(String, [Double])] = [
            ("next stream", try values(Self.normal, seed: 1, stream: 1, count: Self.count)),
            ("far stream", try values(Self.normal, seed: 1, stream: 1 << 32, count: Self.count)),
            ("next seed", try values(Self.normal, seed: 2, stream: 0, count: Self.count)),
            ("far seed", try values(Self.normal, seed: 1 << 32 | 1, stream: 0, count: Self.count)),
            ("next element", try values(Self.normal, first: 1, count: Self.count)),
            ("next block", try values(Self.normal, first: 4, count: Self.count)),
            ("far block", try values(Self.normal, first: 1 << 34, count: Self.count)),
        ]
        for (name, other) in others {
            let product = zip(base, other).reduce(0) { $0 + $1.0 * $1.1 }
            // The correlation of n independent pairs has standard deviation 1/√n.
            let correlation = product / Double(Self.count)
            #expect(correlation.magnitude < 4 / Double(Self.count).squareRoot(), "\(name)")
        }
    }

    @Test("LTFN-I26: a uniform reaches its lower bound's neighbourhood and never its upper bound")
    func uniformBounds() throws {
        for dtype in [DType.f16, .bf16, .f32, .f64] {
            let recipe = InitializerRecipe.uniform(low: 1, high: 1.0625)
            let drawn = try values(recipe, dtype: dtype, count: Self.count)
            #expect(drawn.allSatisfy { $0 >= 1 && $0 < 1.0625 })
            #expect(try #require(drawn.min()) < 1.0001)
        }
    }
}

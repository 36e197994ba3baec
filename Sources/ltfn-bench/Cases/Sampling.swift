import LTFNBytes
import LTFNCheckpoint
import LTFNInitializers

extension Benchmark {
    static let sampleNormal = sampling(
        "sample/normal", .normal(mean: 0, standardDeviation: 1))
    static let sampleTruncatedNormal = sampling(
        "sample/truncated_normal", .truncatedNormal(mean: 0, standardDeviation: 1))
    static let sampleUniform = sampling("sample/uniform", .uniform(low: -1, high: 1))

    private static func sampling(_ name: String, _ recipe: InitializerRecipe) -> Benchmark {
        Benchmark(name: name, unit: .values) { _ in
            let initializer = try Initializer(
                recipe: recipe, seed: 1, stream: 0, fans: nil, dtype: .f32)
            // Small enough for the caches: what is measured is the sampling.
            var block = AlignedBytes(byteCount: 1 << 18)
            let rounds = 100
            return Work {
                let seconds = try measure {
                    for round in 0..<rounds {
                        var bytes = block.mutableBytes
                        try initializer.fill(&bytes, from: UInt64(round) << 16)
                    }
                }
                return Sample(seconds: seconds, work: Double(rounds << 16))
            }
        }
    }
}

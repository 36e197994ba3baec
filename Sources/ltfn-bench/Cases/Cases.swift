extension Benchmark {
    /// Every benchmark, the ones with peers first.
    static func all(_ settings: BenchmarkSettings) -> [Benchmark] {
        [trainStep(settings), inferenceBatch(settings)] + codecs(settings) + files(settings)
            + arrays
            + [sampleNormal, sampleTruncatedNormal, sampleUniform]
            + [crc32c, crc32, sha256, valueHash, inflateLiterals, inflateByZlib]
            + ComputingPlace.all(settings).flatMap { peak($0) + network($0) + layers($0) }
    }
}

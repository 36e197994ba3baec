extension Benchmark {
    static let all =
        [trainStep, inferenceBatch] + codecs + [sampleNormal, sampleTruncatedNormal, sampleUniform]
        + [crc32c, sha256, inflateLiterals, inflateByZlib]
}

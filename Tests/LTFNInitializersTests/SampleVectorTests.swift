import LTFNBytes
import LTFNCheckpoint
import LTFNInitializers
import Testing

/// The published samples, which a second implementation computed.
@Suite("Published samples")
struct SampleVectorTests {
    struct Document: Decodable {
        let samples: [Sample]
    }

    struct Sample: Decodable {
        struct Cut: Decodable {
            let first: String
            let count: Int
            let bytes: String
        }
        let record: Record
        let dtype: String
        let cuts: [Cut]
        let elementCount: Int
        let digest: String
    }

    struct Record: Decodable {
        let kind: String
        let seed: UInt64
        let stream: UInt64
        var value, low, high, mean, sd, factor, scale: Double?
        var fan, distribution: String?
        var fanIn, fanOut: UInt64?
    }

    @Test(
        """
        LTFN-I2 LTFN-I7 LTFN-I8 LTFN-I11 LTFN-I12 LTFN-I13 LTFN-I16 LTFN-I17 LTFN-I18 LTFN-I19 \
        LTFN-I20 LTFN-I25 LTFN-I26 LTFN-I28 LTFN-I29 LTFN-I30 LTFN-I31: every cut has its bytes
        """)
    func cuts() throws {
        let samples = try vectors("samples.json", as: Document.self).samples
        #expect(samples.count == 116)
        for sample in samples {
            let initializer = try sample.initializer
            for cut in sample.cuts {
                let first = try #require(UInt64(cut.first))
                let size = try #require(DType(rawValue: sample.dtype)).bitCount / 8
                var bytes = AlignedBytes(byteCount: cut.count * size)
                var span = bytes.mutableBytes
                try initializer.fill(&span, from: first)
                #expect(hexadecimal(bytes) == cut.bytes, "\(sample.record) from \(first)")
                if case .sampled(let plan) = initializer.content {
                    let reference = ReferenceSampler(plan).bytes(first: first, count: cut.count)
                    #expect(reference == bytes.array)
                }
            }
        }
    }

    @Test("LTFN-I10: the digest of a million elements of every kind and dtype")
    func digests() throws {
        for sample in try vectors("samples.json", as: Document.self).samples {
            let digest = try sample.initializer.digest(elementCount: sample.elementCount)
            #expect(digest.description == sample.digest, "\(sample.record) in \(sample.dtype)")
        }
    }

    private func hexadecimal(_ bytes: AlignedBytes) -> String {
        bytes.array.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

extension SampleVectorTests.Sample {
    var initializer: Initializer {
        get throws {
            try Initializer(
                recipe: try record.recipe, seed: record.seed, stream: record.stream,
                fans: record.fans, dtype: try #require(DType(rawValue: dtype)))
        }
    }
}

extension SampleVectorTests.Record {
    var fans: Fans? {
        guard let fanIn, let fanOut else { return nil }
        return Fans(fanIn: fanIn, fanOut: fanOut)
    }

    var recipe: InitializerRecipe {
        get throws {
            switch kind {
            case "zeros": .zeros
            case "ones": .ones
            case "constant": .constant(try #require(value))
            case "uniform": .uniform(low: try #require(low), high: try #require(high))
            case "normal":
                .normal(mean: try #require(mean), standardDeviation: try #require(sd))
            case "truncated_normal":
                .truncatedNormal(mean: try #require(mean), standardDeviation: try #require(sd))
            case "scaled_normal": .scaledNormal(factor: try #require(factor))
            case "variance_scaling":
                .varianceScaling(
                    scale: try #require(scale),
                    fan: try #require(fan.flatMap(InitializerRecipe.FanMode.init(rawValue:))),
                    distribution: try #require(
                        distribution.flatMap(InitializerRecipe.Distribution.init(rawValue:))))
            case "glorot_uniform": .glorotUniform
            case "glorot_normal": .glorotNormal
            case "he_uniform": .heUniform
            case "he_normal": .heNormal
            case "lecun_uniform": .lecunUniform
            case "lecun_normal": .lecunNormal
            default: throw UnknownKind(kind: kind)
            }
        }
    }

    private struct UnknownKind: Error {
        let kind: String
    }
}

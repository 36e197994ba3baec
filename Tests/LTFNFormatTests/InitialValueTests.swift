import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import LTFNInitializers
import TestSupport
import Testing

@Suite("Initial values")
struct InitialValueTests {
    static func trained(
        _ dtype: DType, count: Int, step: Float
    ) throws -> (initial: Checkpoint, trained: Checkpoint) {
        let info = try TensorInfo(dtype: dtype, shape: TensorShape([count, 10]))
        let spec = try Initializer.record(
            recipe: .heNormal, seed: 3, stream: 4, info: info)
        let initial = try Initializer.sample(spec, info: info)
        var bytes = initial.bytes.copy(of: 0..<info.byteCount)
        var random = TestBytes(seed: 17)
        let width = dtype.bitCount / 8
        for start in stride(from: 0, to: bytes.count, by: width) where step > 0 {
            switch dtype {
            case .f32:
                let pattern = (0..<4).reduce(UInt32(0)) {
                    $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1)
                }
                let moved = Float(bitPattern: pattern) + random.normal() * step
                for (place, byte) in Samples.bytes(moved).enumerated() {
                    bytes[start + place] = byte
                }
            default: bytes[start] = bytes[start] &+ UInt8(random.next() % 5)
            }
        }
        return (
            try Samples.single(
                dtype, [count, 10], initial.bytes.copy(of: 0..<info.byteCount), initializer: spec),
            try Samples.single(dtype, [count, 10], bytes, initializer: spec)
        )
    }

    @Test(
        "An untrained variable is stored as its recipe (LTFN-V10)", arguments: [DType.f32, .bf16])
    func untrained(dtype: DType) throws {
        let (initial, _) = try Self.trained(dtype, count: 5000, step: 0)
        let file = try write(initial)
        #expect(file.count < 400)
        let reader = try NativeReader(MemorySource(file))
        #expect(reader.storage(0) == StorageInfo(storedByteCount: 0, codec: "initial"))
        let same = areEqual(initial, try Checkpoint(reading: reader))
        #expect(same)
        let whole = try reader.read(0).bytes
        let slice = try reader.read(0, bytes: 1001..<3003)
        #expect(slice.copy(of: 0..<2002) == whole.copy(of: 1001..<3003))
    }

    @Test(
        "A trained variable is stored as what changed (LTFN-C8)",
        arguments: [DType.f32, .f64, .f16, .bf16])
    func trained(dtype: DType) throws {
        let (_, trained) = try Self.trained(dtype, count: 5000, step: 1e-3)
        for chunk in [1024, 1 << 20] {
            let file = try write(trained, options(chunk: chunk))
            let reader = try NativeReader(MemorySource(file))
            #expect(reader.storage(0).text.contains("initial-residual"))
            let same = areEqual(trained, try Checkpoint(reading: reader))
            #expect(same)
            let without = try write(
                trained, options(chunk: chunk, codecs: [.raw, .constant, .planes]))
            #expect(file.count < without.count)
            let digest = try NativeReader(MemorySource(without)).contentDigest
            #expect(digest == reader.contentDigest)
        }
    }

    @Test("A record that claims too much is not believed (LTFN-V10)")
    func falseClaim() throws {
        let (initial, _) = try Self.trained(.f32, count: 50, step: 0)
        let bytes = [UInt8](repeating: 7, count: 2000)
        var spec = try #require(initial.manifest.variables[0].initializer)
        spec.evidence = .reproducible(
            algorithmVersion: Initializer.algorithmVersion, digest: ValueHash.digest(bytes))
        let checkpoint = try Samples.single(.f32, [50, 10], bytes, initializer: spec)
        let reader = try NativeReader(MemorySource(try write(checkpoint)))
        #expect(reader.storage(0).text == "constant ×1")
        let same = areEqual(checkpoint, try Checkpoint(reading: reader))
        #expect(same)
    }

    @Test("A recipe that cannot be replayed refuses its variable, not the file (LTFN-N6)")
    func unknownAlgorithm() throws {
        let bytes = [UInt8](repeating: 7, count: 40)
        let spec = InitializerSpec(
            recipe: .heNormal, fans: Fans(fanIn: 1, fanOut: 1),
            evidence: .reproducible(algorithmVersion: 99, digest: ValueHash.digest(bytes)))
        let checkpoint = try Samples.single(.f32, [10], bytes, initializer: spec)
        var index = Index(
            manifest: checkpoint.manifest, digests: ValueHash.digest(bytes).bytes,
            storages: [.initial], chunks: [])
        let file = try index.file(chunks: [])
        let reader = try NativeReader(MemorySource(file))
        let error = failure { _ = try reader.read(0) }
        #expect(error?.code == .unsupportedFeature)
        #expect(error?.rule == "LTFN-N6")
        #expect(error?.variable == "w")
        // Beside other chunks it is only a record.
        index.storages = [.chunks(exponent: 6, first: 0)]
        let same = areEqual(checkpoint, try load(try write(checkpoint)))
        #expect(same)
    }

    @Test("Values that would take more than the budget are not made (LTFN-D8)")
    func budget() throws {
        let info = try variable("w", .f32, [10_000, 1_000_000])
        let spec = InitializerSpec(
            recipe: .heNormal, fans: Fans(fanIn: 10_000, fanOut: 1_000_000),
            evidence: .reproducible(
                algorithmVersion: Initializer.algorithmVersion, digest: ValueHash.digest([])))
        var huge = info
        huge.initializer = spec
        let index = Index(
            manifest: try Manifest(variables: [huge]), digests: ValueHash.digest([]).bytes,
            storages: [.initial], chunks: [])
        let file = try index.file(chunks: [])
        #expect(file.count < 1000)
        let reader = try NativeReader(MemorySource(file))
        let error = failure { _ = try reader.read(0) }
        #expect(error?.code == .limitExceeded)
        #expect(error?.rule == "LTFN-D8")
        #expect(try reader.read(0, bytes: 20_000_000_000..<20_000_000_400).byteCount == 400)
    }
}

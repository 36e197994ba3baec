import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import LTFNInitializers
import TestSupport
import Testing

@Suite("Runs of values")
struct RunTests {
    /// The runs of a variable put together, and how many bytes of them were made.
    static func runs(
        of number: Int, in reader: NativeReader
    ) throws(FormatError) -> (bytes: [UInt8], distinct: Int) {
        var bytes: [UInt8] = []
        var distinct = 0
        try reader.forEachRun(of: number) { run throws(FormatError) in
            switch run {
            case .values(let values):
                bytes += values.copy(of: 0..<values.byteCount)
                distinct += values.byteCount
            case .repeated(let unit, let byteCount):
                bytes += (0..<byteCount).map { unit[$0 % unit.count] }
            }
        }
        return (bytes, distinct)
    }

    static func expectRuns(_ reader: NativeReader) throws {
        for (number, variable) in reader.manifest.variables.enumerated() {
            let whole = try reader.read(number)
            let (bytes, distinct) = try runs(of: number, in: reader)
            #expect(bytes == whole.bytes.copy(of: 0..<whole.info.byteCount), "\(variable.name)")
            #expect(distinct == reader.distinctByteCount(of: number), "\(variable.name)")
        }
    }

    @Test("Runs are the values, whatever the codec (LTFN-C8)", arguments: [64, 1 << 20])
    func values(chunk: Int) throws {
        let (initial, trained) = try InitialValueTests.trained(.f32, count: 5000, step: 1e-3)
        for checkpoint in [try Samples.small(), initial, trained] {
            try Self.expectRuns(
                NativeReader(MemorySource(try write(checkpoint, options(chunk: chunk)))))
        }
        // Elements of 6 bits do not end where chunks do.
        var random = TestBytes(seed: 3)
        let info = try variable("w", .f6e2m3, [1001])
        let bytes = clearingLastBits(random.bytes(info.tensor.byteCount), of: info.tensor)
        let odd = try Samples.single(.f6e2m3, [1001], bytes)
        try Self.expectRuns(NativeReader(MemorySource(try write(odd, options(chunk: chunk)))))
    }

    @Test(
        "A chunk is decoded once for all runs in it (LTFN-W3)", arguments: [DType.u4, .f6e2m3, .u8])
    func longChunks(dtype: DType) throws {
        let elementCount = 3 << 21
        let info = try variable("w", dtype, [elementCount])
        var random = TestBytes(seed: 5)
        let bytes = random.bytes(info.tensor.byteCount).map { $0 & 3 }
        let checkpoint = try Samples.single(dtype, [elementCount], bytes)
        let reader = try NativeReader(
            MemorySource(try write(checkpoint, options(chunk: 1 << 21))), threadCount: 1)
        #expect(try Self.runs(of: 0, in: reader).bytes == bytes)
        #expect(reader.decodedChunkCount == reader.index.chunks.count)
    }

    @Test("What is the same again and again is not made (LTFN-D8)")
    func repeated() throws {
        let byteCount = 4 << 20
        let zeros = try Samples.single(
            .f32, [byteCount / 4], [UInt8](repeating: 0, count: byteCount))
        let reader = try NativeReader(MemorySource(try write(zeros)))
        #expect(reader.distinctByteCount(of: 0) == 0)
        #expect(try Self.runs(of: 0, in: reader).distinct == 0)
    }

    /// Found by the fuzzer: the byte that was repeated was taken for a whole element.
    @Test("A constant of another dtype may be referred to (LTFN-D4)")
    func referenceToOtherElements() throws {
        for (one, other) in [(DType.u8, DType.f64), (.f64, .u8), (.f16, .f32), (.f32, .f32)] {
            let width = one.bitCount / 8
            let variables = try [
                variable("a", one, [128 / width]), variable("b", other, [1024 / other.bitCount]),
            ]
            let stored = Array([1, 2, 3, 4, 5, 6, 7, 8].prefix(width)).map { UInt8($0) }
            let values = (0..<128).map { stored[$0 % width] }
            var constant = ChunkRecord(codec: .constant)
            constant.offset = 64
            constant.storedByteCount = UInt64(width)
            constant.checksum = CRC32C.checksum(stored)
            let index = Index(
                manifest: try Manifest(variables: variables),
                digests: ValueHash.digest(values).bytes + ValueHash.digest(values).bytes,
                storages: [.chunks(exponent: 7, first: 0), .chunks(exponent: 7, first: 1)],
                chunks: [constant, ChunkRecord(codec: .reference)])
            let reader = try NativeReader(MemorySource(try index.file(chunks: stored)))
            try reader.verify()
            try Self.expectRuns(reader)
            // A part of a constant is its pattern, rotated.
            #expect(try reader.read(0, bytes: 3..<77).copy(of: 0..<74) == Array(values[3..<77]))
        }
    }

    /// Found by the fuzzer: slices could be read, the whole could not.
    @Test("A chunk may be referred to whatever its neighbours need (LTFN-D4 LTFN-N6)")
    func referenceBesideUnknownRecipe() throws {
        let spec = InitializerSpec(
            recipe: .heNormal, fans: Fans(fanIn: 1, fanOut: 1),
            evidence: .reproducible(algorithmVersion: 99, digest: ValueHash.digest([])))
        let values = [UInt8](repeating: 7, count: 64)
        var constant = ChunkRecord(codec: .constant)
        constant.offset = 64
        constant.storedByteCount = 4
        constant.checksum = CRC32C.checksum([7, 7, 7, 7])
        let index = Index(
            manifest: try Manifest(variables: [
                variable("a", .f32, [32], initializer: spec), variable("b", .f32, [16]),
            ]),
            digests: ValueHash.digest(values).bytes + ValueHash.digest(values).bytes,
            storages: [.chunks(exponent: 6, first: 0), .chunks(exponent: 6, first: 2)],
            chunks: [constant, ChunkRecord(codec: .initial), ChunkRecord(codec: .reference)])
        let reader = try NativeReader(MemorySource(try index.file(chunks: [7, 7, 7, 7])))
        #expect(failure { _ = try reader.read(0) }?.rule == "LTFN-N6")
        #expect(try reader.read(0, bytes: 60..<64).copy(of: 0..<4) == [7, 7, 7, 7])
        #expect(failure { _ = try reader.read(0, bytes: 60..<65) }?.rule == "LTFN-N6")
        // What is wrong at the front is said first.
        let damaged = try NativeReader(MemorySource(try index.file(chunks: [7, 7, 7, 8])))
        #expect(failure { _ = try damaged.read(0) }?.rule == "LTFN-D6")
        #expect(try reader.read(1).bytes.copy(of: 0..<64) == values)
        #expect(try reader.read(1, bytes: 5..<9).copy(of: 0..<4) == [7, 7, 7, 7])
        #expect(try Self.runs(of: 1, in: reader).bytes == values)
    }

    @Test("A packed chunk is not unpacked when it is large for its file (LTFN-D8)")
    func packedChunk() throws {
        var values = [UInt8](repeating: 0, count: 1 << 20)
        for index in stride(from: 0, to: values.count, by: 4096) { values[index] = 1 }
        let file = try write(
            try Samples.single(.u8, [1 << 20], values), options(codecs: [.raw, .planes]))
        #expect(file.count < 1 << 14)
        var limits = DecodingLimits()
        limits.expandedByteCount = 4 << 20
        let reader = try NativeReader(MemorySource(file), limits: limits)
        #expect(reader.storage(0).text == "planes ×1")
        let error = failure { _ = try reader.read(0) }
        #expect(error?.code == .limitExceeded && error?.rule == "LTFN-D8")
        #expect(error?.remedy == .raiseExpansionLimit)
        limits.expandedByteCount = 8 << 20
        #expect(try NativeReader(MemorySource(file), limits: limits).read(0).info.byteCount > 0)
    }
}

import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import Testing

@Suite("Round trips")
struct RoundTripTests {
    @Test("Everything a checkpoint says comes back, and is written the same again (LTFN-A4)")
    func small() throws {
        let checkpoint = try Samples.small()
        let file = try write(checkpoint)
        let loaded = try load(file)
        #expect(areEqual(checkpoint, loaded))
        #expect(try write(loaded) == file)
    }

    @Test("An empty checkpoint has 224 bytes (LTFN-H5)")
    func empty() throws {
        let empty = try Checkpoint(manifest: Manifest(variables: []), tensors: [])
        let file = try write(empty)
        #expect(file.count == 224)
        #expect(areEqual(empty, try load(file)))
    }

    /// What the values of a tensor look like.
    enum Pattern: CaseIterable {
        case noise, zeros, constant, weights, sparse, extremes
    }

    static func values(_ pattern: Pattern, _ info: TensorInfo, seed: UInt64) -> [UInt8] {
        var random = TestBytes(seed: seed)
        let count = info.byteCount
        let bytes: [UInt8]
        switch pattern {
        case .noise: bytes = random.bytes(count)
        case .zeros: bytes = [UInt8](repeating: 0, count: count)
        case .constant:
            let unit = max(1, info.dtype.bitCount / 8)
            let element = random.bytes(unit)
            bytes = (0..<count).map { element[$0 % unit] }
        case .weights:
            bytes = Array(
                (0..<count / 4 + 1).flatMap { _ in Samples.bytes(random.normal() * 0.05) }.prefix(
                    count))
        case .sparse: bytes = random.bytes(count).map { $0 < 8 ? $0 : 0 }
        case .extremes:
            // NaN with payloads, infinities, −0, subnormals, in whatever dtype reads them.
            let words: [UInt32] = [
                0x7FC0_0001, 0xFFBF_FFFF, 0x7F80_0000, 0xFF80_0000, 0x8000_0000, 0, 1, 0x007F_FFFF,
            ]
            bytes = (0..<count).map {
                UInt8(truncatingIfNeeded: words[$0 / 4 % 8] >> (8 * UInt32($0 % 4)))
            }
        }
        return clearingLastBits(bytes, of: info)
    }

    @Test(
        "Every dtype, shape, pattern and chunk size comes back bit for bit (LTFN-C5)",
        arguments: DType.allCases)
    func grid(dtype: DType) throws {
        var seed: UInt64 = 1
        for shape in [[], [0], [1], [3], [5, 7, 1], [2, 0, 3], [333], [1024, 3]] as [[Int]] {
            let info = try TensorInfo(dtype: dtype, shape: TensorShape(shape))
            for pattern in Pattern.allCases {
                seed += 1
                let bytes = Self.values(pattern, info, seed: seed)
                let checkpoint = try Samples.single(dtype, shape, bytes)
                for chunk in [64, 1024, 1 << 20] {
                    for codecs in [[.raw], [.raw, .constant], Set(Codec.allCases)] as [Set<Codec>] {
                        let file = try write(checkpoint, options(chunk: chunk, codecs: codecs))
                        let loaded = try load(file)
                        let same = areEqual(checkpoint, loaded)
                        #expect(same, "\(shape) \(pattern) \(chunk)")
                        let again = try write(loaded, options(chunk: chunk, codecs: codecs)) == file
                        #expect(again)
                    }
                }
            }
        }
    }

    @Test("Any number of threads writes the same bytes (LTFN-W1)")
    func threads() throws {
        var random = TestBytes(seed: 3)
        let values = (0..<100_000).flatMap { _ in Samples.bytes(random.normal()) }
        let checkpoint = try Samples.single(.f32, [100_000], values)
        let one = try write(checkpoint, options(chunk: 4096, threads: 1))
        let two = try write(checkpoint, options(chunk: 4096, threads: 2)) == one
        let seven = try write(checkpoint, options(chunk: 4096, threads: 7)) == one
        #expect(two && seven)
    }

    @Test("The content digest depends on the content alone (LTFN-X5)")
    func contentDigest() throws {
        let checkpoint = try Samples.small()
        let digests = try [64, 1 << 20].flatMap { chunk in
            try [Set(Codec.allCases), [.raw]].map { codecs in
                let file = try write(checkpoint, options(chunk: chunk, codecs: codecs))
                return try NativeReader(MemorySource(file)).contentDigest
            }
        }
        #expect(Set(digests).count == 1)
        var manifest = checkpoint.manifest
        manifest.metadata["more"] = .bool(true)
        let other = try write(Checkpoint(manifest: manifest, tensors: checkpoint.tensors))
        #expect(try NativeReader(MemorySource(other)).contentDigest != digests[0])
    }

    @Test("A slice decodes only the chunks that it touches (LTFN-W3)")
    func slices() throws {
        var random = TestBytes(seed: 5)
        let values = random.bytes(100_000)
        let checkpoint = try Samples.single(.u8, [100_000], values)
        let file = try write(checkpoint, options(chunk: 1024))
        let reader = try NativeReader(MemorySource(file))
        let slice = try reader.read(0, bytes: 5000..<7000)
        #expect(slice.copy(of: 0..<2000) == Array(values[5000..<7000]))
        #expect(reader.decodedChunkCount == 3)
        #expect(try reader.read(0, bytes: 1024..<2048).byteCount == 1024)
        #expect(reader.decodedChunkCount == 4)
        #expect(try reader.read(0, bytes: 9..<9).byteCount == 0)
        #expect(reader.decodedChunkCount == 4)
    }

    @Test("Variables with equal bytes are stored once (LTFN-D4)")
    func references() throws {
        var random = TestBytes(seed: 9)
        let values = random.bytes(5000)
        let infos = try ["a", "b", "c"].map { try variable($0, .u8, [5000]) }
        let checkpoint = try Checkpoint(
            manifest: Manifest(variables: infos),
            tensors: infos.map { try tensor($0.tensor, values) })
        let file = try write(checkpoint, options(chunk: 1024))
        #expect(file.count < 7000)
        let loaded = try NativeReader(MemorySource(file))
        #expect(loaded.storage(1).codec == "reference ×5")
        let same = areEqual(checkpoint, try Checkpoint(reading: loaded))
        #expect(same)
    }

    @Test("No file is longer than the bound that is known beforehand (LTFN-W2)")
    func maximum() throws {
        for dtype in [DType.u8, .f32, .f64, .f6e2m3] {
            for count in [0, 1, 17, 64, 65, 1000, 5000] {
                let info = try TensorInfo(dtype: dtype, shape: TensorShape([count]))
                for pattern in Pattern.allCases {
                    let bytes = Self.values(pattern, info, seed: UInt64(count))
                    let checkpoint = try Samples.single(dtype, [count], bytes)
                    for chunk in [64, 1024] {
                        let format = NativeFormat(options: options(chunk: chunk))
                        let bound = try format.maximumByteCount(of: checkpoint.manifest)
                        let sink = MemorySink()
                        try format.write(checkpoint, to: sink)
                        #expect(sink.position <= bound)
                        #expect(
                            bound <= UInt64(info.byteCount + 320 + (count * 8 / chunk + 1) * 87))
                    }
                }
            }
        }
        let small = try Samples.small()
        let file = try write(small)
        #expect(try UInt64(file.count) <= NativeFormat().maximumByteCount(of: small.manifest))
    }
}

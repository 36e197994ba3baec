import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import TestSupport
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
        case noise, zeros, constant, weights, sparse, clean, extremes
    }

    /// The words that a dtype's values are most likely to be damaged in: NaN with payloads,
    /// infinities, −0, subnormals, the ends of integers. All bytes, where these make up values.
    static func extremes(_ dtype: DType) -> (words: [UInt64], byteCount: Int) {
        switch dtype {
        case .f16:
            ([0x7E01, 0xFDFF, 0x7C00, 0xFC00, 0x8000, 0, 1, 0x03FF, 0x3C00], 2)
        case .bf16:
            ([0x7FC1, 0xFFBF, 0x7F80, 0xFF80, 0x8000, 0, 1, 0x007F, 0x3F80], 2)
        case .f32, .c64:
            (
                [
                    0x7FC0_0001, 0xFFBF_FFFF, 0x7F80_0000, 0xFF80_0000, 0x8000_0000, 0, 1,
                    0x007F_FFFF, 0x3F80_0000,
                ], 4
            )
        case .f64, .c128:
            (
                [
                    0x7FF8_0000_0000_0001, 0xFFF7_FFFF_FFFF_FFFF, 0x7FF0 << 48, 0xFFF0 << 48,
                    1 << 63, 0, 1, 0x000F_FFFF_FFFF_FFFF, 0x3FF0 << 48,
                ], 8
            )
        case .i16, .u16, .bits16: ([0, 1, 0x7FFF, 0x8000, 0xFFFF, 0x8001], 2)
        case .i32, .u32, .bits32: ([0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF], 4)
        case .i64, .u64, .bits64, .bits128: ([0, 1, (1 << 63) - 1, 1 << 63, .max], 8)
        default: (Array(0...255), 1)
        }
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
        case .clean:
            // Values with room to spare: the lower half of every word is zero.
            let width = max(2, extremes(info.dtype).byteCount)
            bytes = random.bytes(count).enumerated().map { $0 % width < width / 2 ? 0 : $1 }
        case .extremes:
            let (words, width) = extremes(info.dtype)
            bytes = (0..<count).map {
                UInt8(
                    truncatingIfNeeded: words[$0 / width % words.count] >> (8 * UInt64($0 % width)))
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

    @Test("Clean and sparse values profit, in every width (LTFN-C5)")
    func profit() throws {
        for dtype in [DType.f16, .bf16, .f32, .f64, .i32, .c64] {
            let count = 40_000 * 8 / dtype.bitCount
            let info = try TensorInfo(dtype: dtype, shape: TensorShape([count]))
            for (pattern, share) in [(Pattern.clean, 0.6), (.sparse, 0.25), (.zeros, 0.01)] {
                let bytes = Self.values(pattern, info, seed: 12)
                let file = try write(Samples.single(dtype, [count], bytes))
                #expect(Double(file.count - 300) < share * 40_000, "\(dtype) \(pattern)")
            }
        }
        // Floats that were once bfloat16.
        var random = TestBytes(seed: 13)
        let weights = (0..<10_000).flatMap { _ in
            Samples.bytes(
                Float(bitPattern: (random.normal() * 0.05).bitPattern & 0xFFFF_0000))
        }
        #expect(try write(Samples.single(.f32, [10_000], weights)).count < 16_000)
    }

    @Test("Values that come range by range give the same file, a few chunks at a time (LTFN-W1)")
    func pieces() throws {
        let (initial, trained) = try InitialValueTests.trained(.f32, count: 500, step: 1e-3)
        var random = TestBytes(seed: 19)
        let noise = random.bytes(9_000)
        let parts: [(VariableInfo, [UInt8])] = [
            (
                try variable("constant", .i16, [700], metadata: ["a": .u64(1)]),
                [UInt8](repeating: 7, count: 1400)
            ),
            (try variable("empty", .f32, [0, 4]), []),
            (try variable("nibbles", .u4, [3]), [0x21, 3]),
            (try variable("noise", .u8, [9_000]), noise),
            (try variable("noise again", .i8, [9_000]), noise),
            (try variable("noise at first", .u8, [9_000]), noise.dropLast() + [noise[8_999] ^ 1]),
            (try variable("tied", .u8, [9_000], tiedTo: "noise"), noise),
            (
                try variable(
                    "trained", .f32, [500, 10],
                    initializer: trained.manifest.variables[0].initializer),
                trained.tensors[0].bytes.copy(of: 0..<20_000)
            ),
            (
                try variable(
                    "untrained", .f32, [500, 10],
                    initializer: initial.manifest.variables[0].initializer),
                initial.tensors[0].bytes.copy(of: 0..<20_000)
            ),
        ]
        let manifest = try Manifest(variables: parts.map(\.0))
        let checkpoint = try Checkpoint(
            manifest: manifest, tensors: parts.map { try tensor($0.0.tensor, $0.1) })
        for (chunk, threads) in [(64, 1), (64, 3), (1024, 2), (1 << 20, 2)] {
            let options = options(chunk: chunk, threads: threads)
            let sink = MemorySink()
            try NativeFormat(options: options).write(manifest, to: sink) {
                number, range throws(FormatError) in
                #expect(range.count <= max(chunk, 4 * threads * chunk))
                return AlignedBytes(copying: Array(parts[number].1[range]).rawSpan)
            }
            let same = try sink.bytes == write(checkpoint, options)
            #expect(same, "\(chunk) \(threads)")
        }
        let short = failure {
            try NativeFormat().write(manifest, to: MemorySink()) {
                _, range throws(FormatError) in AlignedBytes(byteCount: max(0, range.count - 1))
            }
        }
        #expect(short?.code == .corrupt)
        let spare = failure {
            try NativeFormat().write(
                Manifest(variables: [parts[2].0]), to: MemorySink()
            ) { _, range throws(FormatError) in
                AlignedBytes(copying: [UInt8](repeating: 0xFF, count: range.count).rawSpan)
            }
        }
        #expect(spare?.rule == "LTFN-V14")
    }

    @Test("Any number of threads reads the same values (LTFN-W3)")
    func readingThreads() throws {
        let (initial, trained) = try InitialValueTests.trained(.f32, count: 60_000, step: 1e-3)
        for (checkpoint, chunk) in [(initial, 1 << 20), (trained, 1 << 16), (trained, 1 << 20)] {
            let file = try write(checkpoint, options(chunk: chunk, threads: 2))
            let expected = checkpoint.tensors[0].bytes.copy(of: 0..<2_400_000)
            for threads in 1...3 {
                let reader = try NativeReader(MemorySource(file), threadCount: threads)
                let whole = try reader.read(0)
                #expect((whole.bytes.copy(of: 0..<2_400_000) == expected) as Bool)
                try reader.verify()
                let slice = try reader.read(0, bytes: 1_000_001..<2_200_003)
                let part = Array(expected[1_000_001..<2_200_003])
                #expect((slice.copy(of: 0..<part.count) == part) as Bool)
            }
        }
    }

    @Test("Any number of threads writes the same bytes (LTFN-W1)")
    func threads() throws {
        var random = TestBytes(seed: 3)
        let values = (0..<100_000).flatMap { _ in Samples.bytes(random.normal()) }
        let (_, trained) = try InitialValueTests.trained(.f32, count: 10_000, step: 1e-3)
        for checkpoint in [try Samples.single(.f32, [100_000], values), trained] {
            let one = try write(checkpoint, options(chunk: 4096, threads: 1))
            for threads in [2, 3, 7] {
                let same = try write(checkpoint, options(chunk: 4096, threads: threads)) == one
                #expect(same, "\(threads)")
            }
        }
    }

    /// Variables of many lengths, some the same as earlier ones, which others are encoded beside.
    static func crowd() throws -> Checkpoint {
        var random = TestBytes(seed: 8)
        var infos: [VariableInfo] = []
        var tensors: [TensorData] = []
        for number in 0..<60 {
            let count = [3, 0, 40_000, 900, 5000, 70_000][number % 6] + number / 6 % 2
            let info = try TensorInfo(dtype: .f32, shape: TensorShape([count]))
            let values = (0..<count).flatMap { _ in Samples.bytes(random.normal()) }
            let isSame = number > 12 && number % 4 == 0 && tensors[number - 12].info == info
            infos.append(
                VariableInfo(name: try VariableName("v\(100 + number)"), tensor: info))
            tensors.append(
                isSame
                    ? tensors[number - 12]
                    : try TensorData(info: info, bytes: AlignedBytes(copying: values.rawSpan)))
        }
        return try Checkpoint(manifest: Manifest(variables: infos), tensors: tensors)
    }

    @Test(
        "Chunks of many variables at a time give the same bytes (LTFN-W1), and come back together")
    func crowd() throws {
        let checkpoint = try Self.crowd()
        let one = try write(checkpoint, options(chunk: 1 << 15, threads: 1))
        for threads in [2, 3, 7] {
            let same = try write(checkpoint, options(chunk: 1 << 15, threads: threads)) == one
            #expect(same, "\(threads)")
            let reader = try NativeReader(MemorySource(one), threadCount: threads)
            #expect(areEqual(checkpoint, try Checkpoint(reading: reader)) as Bool)
            let some = try reader.read([7, 3, 7, 59])
            for (tensor, number) in zip(some, [7, 3, 7, 59]) {
                let byteCount = tensor.info.byteCount
                let expected = checkpoint.tensors[number].bytes.copy(of: 0..<byteCount)
                #expect((tensor.bytes.copy(of: 0..<byteCount) == expected) as Bool)
            }
        }
        let references = try NativeReader(MemorySource(one)).index.chunks.count {
            $0.codec == .reference
        }
        #expect(references > 0)
    }

    @Test("A damaged variable among several is named (LTFN-D6)")
    func damageAmongSeveral() throws {
        let file = try write(Self.crowd(), options(chunk: 1 << 15))
        let reader = try NativeReader(MemorySource(file))
        let chunk = reader.index.chunkRange(33).lowerBound
        var damaged = file
        damaged[Int(reader.index.chunks[chunk].offset) + 5] ^= 1
        let error = failure {
            _ = try NativeReader(MemorySource(damaged)).read([1, 33, 40])
        }
        #expect(error?.code == .checksumMismatch)
        #expect(error?.variable == "v133")
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
        #expect(loaded.storage(1).text == "reference ×5")
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

    @Test("Nor is one of values and chunks made to be as long as possible (LTFN-W2 LTFN-C1)")
    func adversary() throws {
        var random = TestBytes(seed: 101)
        for round in 0..<60 {
            var infos: [VariableInfo] = []
            var values: [[UInt8]] = []
            for number in 0..<Int(random.next() % 12) {
                let dtype = DType.allCases[Int(random.next() % UInt64(DType.allCases.count))]
                let shape = [Int(random.next() % 40), Int(random.next() % 9)]
                let spec = InitializerSpec(recipe: .heNormal, fans: Fans(fanIn: 3, fanOut: 4))
                let info = try variable(
                    "v\(number + 10)", dtype, shape, initializer: number % 3 == 0 ? spec : nil,
                    metadata: number % 4 == 0 ? Samples.everyType : [:])
                // Noise is raw and asks for padding, when something odd stands before it.
                let pattern: Pattern = number % 2 == 0 ? .noise : .constant
                infos.append(info)
                values.append(Self.values(pattern, info.tensor, seed: random.next()))
            }
            let checkpoint = try Checkpoint(
                manifest: Manifest(variables: infos, metadata: Samples.everyType),
                tensors: zip(infos, values).map { try tensor($0.tensor, $1) })
            for chunk in [64, 256] {
                let format = NativeFormat(options: options(chunk: chunk))
                let sink = MemorySink()
                try format.write(checkpoint, to: sink)
                let bound = try format.maximumByteCount(of: checkpoint.manifest)
                #expect(sink.position <= bound, "\(round)")
            }
        }
    }
}

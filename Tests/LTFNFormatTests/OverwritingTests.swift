import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import Testing

/// Values are decoded into memory that is not zeroed: a byte that no codec writes would be what
/// another variable left there.
@Suite("Decoding over what memory holds")
struct OverwritingTests {
    private static func expectOverwritten(
        _ reader: NativeReader, _ label: @autoclosure () -> String
    ) throws {
        for (number, info) in reader.manifest.variables.enumerated() {
            let count = info.tensor.byteCount
            let whole = try reader.read(number).bytes.copy(of: 0..<count)
            let ranges = [
                0..<count, 0..<(count + 1) / 2, count / 3..<count, count / 3..<count / 2,
            ]
            for range in ranges {
                for filler in [0x00, 0xA5] as [UInt8] {
                    let found = try reader.decode(number, bytes: range, over: filler)
                    let isSame = found.copy(of: 0..<range.count) == Array(whole[range])
                    #expect(isSame, "\(label()) \(info.name) \(range) over \(filler)")
                }
            }
        }
    }

    @Test("Every byte of every valid vector is written (LTFN-C5 LTFN-C8 LTFN-C9 LTFN-D4)")
    func vectors() throws {
        var readers: [String: NativeReader] = [:]
        var codecs: Set<Codec> = []
        for valid in try ValidCase.all() {
            let bases = valid.base.flatMap { readers[$0] }.map { [$0] } ?? []
            let reader = try NativeReader(MemorySource(valid.file), bases: bases)
            readers[valid.name] = reader
            codecs.formUnion(reader.index.chunks.map(\.codec))
            try Self.expectOverwritten(reader, valid.name)
        }
        let expected: Set<Codec> = [
            .raw, .constant, .planes, .initialResidual, .base, .baseResidual,
        ]
        #expect(codecs.isSuperset(of: expected))
    }

    @Test("Every byte of what any codec holds is written (LTFN-C5)", arguments: DType.allCases)
    func codecs(dtype: DType) throws {
        var found: Set<Codec> = []
        for shape in [[], [0], [333], [1024, 3]] as [[Int]] {
            let info = try TensorInfo(dtype: dtype, shape: TensorShape(shape))
            for (seed, pattern) in RoundTripTests.Pattern.allCases.enumerated() {
                let bytes = RoundTripTests.values(pattern, info, seed: UInt64(seed + 50))
                let checkpoint = try Samples.single(dtype, shape, bytes)
                // One byte in forty of the first half is another one.
                let others = clearingLastBits(
                    bytes.enumerated().map {
                        $0 % 40 == 3 && $0 < bytes.count / 2 ? $1 ^ 1 : $1
                    }, of: info)
                let base = try NativeReader(
                    MemorySource(try write(Samples.single(dtype, shape, others))))
                for codecs in [[], [.constant, .planes], [.base, .baseResidual]] as [Set<Codec>] {
                    for chunk in [64, 1024] {
                        let sink = MemorySink()
                        let options = options(
                            chunk: chunk, codecs: codecs.union([.raw, .reference]))
                        try NativeFormat(options: options, base: base).write(checkpoint, to: sink)
                        let reader = try NativeReader(MemorySource(sink.bytes), bases: [base])
                        found.formUnion(reader.index.chunks.map(\.codec))
                        try Self.expectOverwritten(reader, "\(shape) \(pattern) \(chunk)")
                    }
                }
            }
        }
        #expect(found.isSuperset(of: [.raw, .constant, .planes, .base, .baseResidual]), "\(found)")
    }

    @Test(
        "Every byte of initial values, and of what refers to them, is written (LTFN-C8 LTFN-D4)",
        arguments: [DType.f16, .bf16, .f32, .f64])
    func initialValues(dtype: DType) throws {
        let (initial, trained) = try InitialValueTests.trained(dtype, count: 500, step: 1e-3)
        let info = initial.manifest.variables[0]
        let half = info.tensor.byteCount / 2
        let mixed = try tensor(
            info.tensor,
            initial.tensors[0].bytes.copy(of: 0..<half)
                + trained.tensors[0].bytes.copy(of: half..<info.tensor.byteCount))
        let twin = try variable("x", dtype, [500, 10])
        let both = try Checkpoint(
            manifest: Manifest(variables: [info, twin]), tensors: [mixed, mixed])
        var found: Set<Codec> = []
        for checkpoint in [initial, trained, both] {
            let file = try write(checkpoint, options(chunk: 1024))
            let reader = try NativeReader(MemorySource(file))
            found.formUnion(reader.index.chunks.map(\.codec))
            try Self.expectOverwritten(reader, "\(dtype)")
        }
        #expect(found.isSuperset(of: [.initial, .initialResidual, .reference]), "\(found)")
    }
}

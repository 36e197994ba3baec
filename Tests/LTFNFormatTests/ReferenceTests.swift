import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import TestSupport
import Testing

@Suite("References")
struct ReferenceTests {
    @Test(
        "A chunk that is referred to is decoded as its own variable's (LTFN-D4)",
        arguments: [1024, 1 << 20])
    func owners(chunk: Int) throws {
        var random = TestBytes(seed: 61)
        let weights = (0..<1000).flatMap { _ in Samples.bytes(random.normal()) }
        let (initial, trained) = try InitialValueTests.trained(.f32, count: 100, step: 1e-3)
        let info = trained.manifest.variables[0]
        let moved = trained.tensors[0].bytes.copy(of: 0..<4000)
        let infos = [
            try variable("a", .u8, [100]), try variable("b", .f32, [1000]),
            try variable("c", .f32, [1000], tiedTo: "b"), try variable("d", .f64, [0]),
            try variable("e", .bits32, [1000]),
            try variable("f", .f32, [100, 10], initializer: info.initializer),
            try variable("g", .f32, [100, 10], initializer: info.initializer),
            try variable("h", .f32, [1000]),
        ]
        let values: [[UInt8]] = [
            random.bytes(100), weights, weights, [], weights,
            initial.tensors[0].bytes.copy(of: 0..<4000), moved, moved,
        ]
        let checkpoint = try Checkpoint(
            manifest: Manifest(variables: infos),
            tensors: zip(infos, values).map { try tensor($0.tensor, $1) })
        let file = try write(checkpoint, options(chunk: chunk))
        let reader = try NativeReader(MemorySource(file))
        #expect(reader.storage(4).text.hasPrefix("reference"))
        #expect(reader.storage(5).text == "initial")
        #expect(reader.storage(6).text.hasPrefix("initial-residual"))
        #expect(reader.storage(7).text.hasPrefix("reference"))
        let same = areEqual(checkpoint, try Checkpoint(reading: reader))
        #expect(same)
        for number in [4, 7] {
            let slice = try reader.read(number, bytes: 1001..<3999)
            #expect((slice.copy(of: 0..<2998) == Array(values[number][1001..<3999])) as Bool)
        }
    }

    @Test("No reference leads to a chunk that is relative to a base (LTFN-D4)")
    func relative() throws {
        let (initial, trained) = try InitialValueTests.trained(.f32, count: 1000, step: 1e-3)
        func pair(_ values: TensorData) throws -> Checkpoint {
            let infos = [
                try variable("a", .f32, [1000, 10]), try variable("b", .f32, [1000, 10]),
            ]
            return try Checkpoint(manifest: Manifest(variables: infos), tensors: [values, values])
        }
        let base = try NativeReader(MemorySource(try write(pair(initial.tensors[0]))))
        #expect(base.storage(1).text == "reference ×1")
        let sink = MemorySink()
        try NativeFormat(base: base).write(pair(trained.tensors[0]), to: sink)
        let reader = try NativeReader(MemorySource(sink.bytes), bases: [base])
        #expect(reader.storage(0).text == "base-residual ×1")
        #expect(reader.storage(1).text == "base-residual ×1")
        try reader.verify()
    }

    @Test("References follow chunks that an addition moves in the table (LTFN-D4 LTFN-R4)")
    func moved() throws {
        var random = TestBytes(seed: 62)
        let (values, added) = (random.bytes(3000), random.bytes(2000))
        let infos = [try variable("m", .u8, [3000]), try variable("n", .u8, [3000])]
        let old = try write(
            Checkpoint(
                manifest: Manifest(variables: infos),
                tensors: infos.map { try tensor($0.tensor, values) }), options(chunk: 1024))
        let sink = MemorySink()
        let addition = NativeFormat.Addition(variables: [try variable("a", .u8, [2000])])
        try NativeFormat(options: options(chunk: 1024)).append(
            addition, to: NativeReader(MemorySource(old)), sink: sink
        ) { info throws(FormatError) in
            try TensorData(info: info.tensor, bytes: AlignedBytes(copying: added.rawSpan))
        }
        let reader = try NativeReader(MemorySource(sink.bytes))
        try reader.verify()
        #expect(reader.storage(2).text == "reference ×3")
        for (number, expected) in [added, values, values].enumerated() {
            let found = try reader.read(number).bytes.copy(of: 0..<expected.count)
            #expect(found == expected)
        }
    }
}

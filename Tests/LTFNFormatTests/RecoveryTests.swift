import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import Testing

/// Files that hold other files.
@Suite("Recovery of files in which files are held")
struct RecoveryTests {
    /// A file that needs none of its bytes before the index: wherever it is, its values are there.
    private static func held() throws -> [UInt8] {
        let file = try write(InitialValueTests.trained(.f32, count: 50, step: 0).initial)
        #expect(try NativeReader(MemorySource(file)).storage(0).text == "initial")
        return file
    }

    private static func recovered(_ file: [UInt8]) throws -> Checkpoint {
        try Checkpoint(reading: NativeReader.recovering(MemorySource(file)))
    }

    @Test("A file that is held in the metadata is not taken for the one around it (LTFN-R5)")
    func metadata() throws {
        let held = try Self.held()
        let outer = try Checkpoint(
            manifest: Manifest(
                variables: [variable("w", .u8, [3])], metadata: ["held": .bytes(held)]),
            tensors: [tensor(TensorInfo(dtype: .u8, shape: TensorShape([3])), [1, 2, 3])])
        let file = try write(outer)
        // The footer is gone, or damaged.
        for cut in [Array(file.dropLast(64)), file.dropLast(3) + [0, 0, 0]] {
            let same = areEqual(outer, try Self.recovered(cut))
            #expect(same)
        }
    }

    @Test("A file that is held in the values is nothing to recover (LTFN-R5)")
    func values() throws {
        let held = try Self.held()
        let outer = try Samples.single(.u8, [held.count], held)
        let raw = options(codecs: [.raw])
        let file = try write(outer, raw)
        let same = areEqual(outer, try Self.recovered(Array(file.dropLast(64))))
        #expect(same)
        let error = failure { _ = try Self.recovered(Array(file.prefix(64 + held.count))) }
        #expect(error?.code == .corrupt && error?.rule == "LTFN-R5")

        // An addition that was interrupted: what it adds to is what is left.
        let old = try Samples.small()
        let sink = MemorySink()
        let addition = NativeFormat.Addition(variables: [
            try variable("held", .u8, [held.count])
        ])
        let start = try write(old)
        try NativeFormat(options: raw).append(
            addition, to: NativeReader(MemorySource(start)), sink: sink
        ) { info throws(FormatError) in
            try TensorData(info: info.tensor, bytes: AlignedBytes(copying: held.rawSpan))
        }
        let whole = try NativeReader(MemorySource(sink.bytes))
        let end = try sink.bytes.count - 64 - whole.indexBytes().count
        let left = try Self.recovered(Array(sink.bytes.prefix(end)))
        let isOld = areEqual(old, left)
        #expect(isOld)
    }
}

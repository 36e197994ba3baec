import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import TestSupport
import Testing

/// Models that TensorFlow wrote, by tools/make_tflite_fixtures.py.
@Suite("Models of TensorFlow Lite") struct TFLiteTests {
    private func open(_ name: String) throws -> any CheckpointReader {
        try TFLiteFormat().open(Fixtures.source("tflite/" + name), limits: .standard)
    }

    @Test("every type is read bit for bit", arguments: ["types.tflite", "outside.tflite"])
    func values(name: String) throws {
        let reader = try open(name)
        for (index, variable) in reader.manifest.variables.enumerated() {
            #expect(
                try reader.read(index).array == Fixtures.pattern(variable.tensor),
                "\(variable.name)")
        }
    }

    @Test("what has no values is no variable") func constants() throws {
        let manifest = try open("types.tflite").manifest
        #expect(Set(manifest.variables.map(\.tensor.dtype)) == TFLiteFormat().traits.dtypes)
        #expect(!manifest.variables.contains { $0.name.string == "input" })
        #expect(manifest[try VariableName("scalar")]?.tensor.shape.rank == 0)
        #expect(manifest.metadata["tflite.description"] == .string("made for tests"))
    }

    @Test("what whole numbers stand for is metadata of the variable") func quantized() throws {
        let reader = try open("quantized.tflite")
        let kernel = try #require(reader.manifest[try VariableName("kernel")])
        #expect(kernel.tensor.dtype == .i8)
        #expect(
            kernel.metadata["tflite.scale"]
                == .list([.f64(0.5), .f64(Double(Float(0.1)))]))
        #expect(kernel.metadata["tflite.zero_point"] == .list([.i64(0), .i64(-3)]))
        #expect(kernel.metadata["tflite.axis"] == .i64(0))
        #expect(kernel.metadata["tflite.max"] == .list([.f64(1)]))
        let checkpoint = try Checkpoint(reading: reader)
        #expect(checkpoint.tensors[0].info.dtype == .i4)
        #expect(try checkpoint.tensors[0].floats() == [1, 2, 3, 4, 5])
    }

    @Test("tensors of one buffer are tied, and names that are taken get a number")
    func subgraphs() throws {
        let reader = try open("subgraphs.tflite")
        #expect(
            reader.manifest.variables.map(\.name.string) == ["alias", "bits", "w", "w~2", "w~3"])
        #expect(reader.manifest[try VariableName("alias")]?.tiedTo?.string == "w")
        #expect(reader.manifest[try VariableName("w~2")]?.tiedTo?.string == "w")
        #expect(reader.manifest[try VariableName("bits")]?.tiedTo == nil)
        #expect(reader.notes.contains { $0.contains("1 text constant") })
    }

    @Test("a model of the converter is read") func network() throws {
        let reader = try open("network.tflite")
        let shapes = reader.manifest.variables.map(\.tensor.shape.dimensions)
        #expect(shapes.contains([4, 3, 3, 1]))
        #expect(shapes.contains([24, 64]))
        #expect(reader.notes.contains { $0.contains("operators") })
    }
}

@Suite("Hostile models of TensorFlow Lite") struct TFLiteHostileTests {
    private func error(_ model: FlatPart) -> FormatError? { error(model.file) }

    private func error(_ bytes: [UInt8]) -> FormatError? {
        formatError { () throws(FormatError) in
            try TFLiteFormat().open(MemorySource(bytes), limits: .standard)
        }
    }

    private func code(
        _ tensors: [FlatPart], buffers: [FlatPart] = FlatPart.buffers
    ) -> FormatError.Code? {
        error(.model(tensors: .tables(tensors), buffers: buffers))?.code
    }

    @Test("a model that is built so is read") func sound() throws {
        let model = FlatPart.model(tensors: .tables([.tensor()]), buffers: FlatPart.buffers)
        let reader = try TFLiteFormat().open(MemorySource(model.file), limits: .standard)
        #expect(try reader.read(0).array == Array(1...8))
        #expect(reader.manifest.variables[0].name.string == "w")
    }

    @Test("offsets that lead to one table again and again are not followed without end")
    func sharing() {
        let tensors = FlatPart.repeated(.tensor(), 3000)
        let model = FlatPart.table([
            0: .u32(3), 2: .repeated(.table([0: tensors]), 3000), 4: .tables(FlatPart.buffers),
        ])
        #expect(error(model)?.code == .corrupt)
        let scales = FlatPart.table([2: .numbers([Int32](repeating: 1, count: 5000))])
        let many = FlatPart.repeated(.tensor(more: [4: scales]), 5000)
        #expect(error(.model(tensors: many, buffers: FlatPart.buffers))?.code == .corrupt)
    }

    @Test("offsets, counts and fields that lead out of the file are refused") func outside() {
        for offset in [0, 1 << 20, .max] as [UInt32] {
            for part in [[2: .offset(offset)], [4: .offset(offset)], [3: .offset(offset)]]
                as [[Int: FlatPart]]
            {
                let code = error(.table(part))?.code
                #expect(code == .truncated || code == .corrupt)
            }
        }
        for field in 0..<5 {
            let tensor = FlatPart.tensor(more: [field: .offset(.max)])
            if field == 1 || field == 2 { continue }
            #expect(code([tensor]) == .truncated)
        }
        #expect(error([8, 0, 0, 0] + Array("TFL3".utf8))?.code == .truncated)
        // The list of fields stands before the file, or is too short.
        for word in [[0x40, 0, 0, 0], [0, 0, 0, 0x80], [4, 0, 0, 0]] as [[UInt8]] {
            let code = error([8, 0, 0, 0] + Array("TFL3".utf8) + word + [0, 0, 0, 0])?.code
            #expect(code == .corrupt || code == .truncated)
        }
    }

    @Test("buffers that are not there, or end after the file, are refused") func buffers() {
        #expect(code([.tensor(buffer: 2)]) == .corrupt)
        #expect(code([.tensor(buffer: .max)]) == .corrupt)
        #expect(code([.tensor(buffer: 0)]) == nil)
        for (offset, size) in [(64, 1 << 40), (.max, 8), (8, .max), (1 << 63, 1 << 63)]
            as [(UInt64, UInt64)]
        {
            let outside = FlatPart.table([1: .u64(offset), 2: .u64(size)])
            #expect(code([.tensor()], buffers: [.table([:]), outside]) == .truncated)
        }
        let none = FlatPart.table([1: .u64(1), 2: .u64(1)])
        #expect(code([.tensor()], buffers: [.table([:]), none]) == nil)
    }

    @Test("shapes and types that do not fit the values are refused") func shapes() {
        #expect(code([.tensor("w", [3])]) == .corrupt)
        #expect(code([.tensor("w", [-2])]) == .corrupt)
        #expect(code([.tensor("w", [.max, .max, .max])]) == .limitExceeded)
        #expect(code([.tensor("w", [Int32](repeating: 1, count: 1000))]) == .limitExceeded)
        #expect(code([.tensor("w", [2], type: 99)]) == .unsupportedFeature)
        #expect(code([.tensor("w", [2], type: 13)]) == .unsupportedFeature)
        #expect(code([.tensor("w", [2], type: 5)]) == nil)
        #expect(code([.tensor(more: [6: .table([:])])]) == .unsupportedFeature)
        #expect(code([.tensor(more: [10: .u32(1)])]) == .unsupportedFeature)
    }
}

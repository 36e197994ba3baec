import LTFNBytes
import LTFNCheckpoint
import LTFNConversion
import LTFNFormat
import LTFNInitializers
import LTFNInterchange
import TestSupport
import Testing

@Suite("Plans, and what becomes of them") struct ConversionTests {
    private let native = NativeFormat()
    private let safetensors = SafetensorsFormat()
    private let npz = NPZFormat()

    private var rich: Checkpoint {
        get throws {
            let initializer = InitializerSpec(recipe: .heNormal)
            return try Specimen(
                "rich", metadata: ["steps": .i64(5)],
                [
                    variable("a", .bf16, initializer: initializer), variable("b", tiedTo: "c"),
                    variable("c", initializer: initializer, metadata: ["x": .bool(true)]),
                ]
            ).checkpoint
        }
    }

    private func plan(
        _ checkpoint: Checkpoint, to format: any CheckpointFormat,
        allowing: Set<FormatLoss.Subject> = []
    ) -> ConversionPlan {
        ConversionPlan(
            converting: checkpoint.manifest, from: native, to: format, allowing: allowing)
    }

    @Test("every problem is named at once, each kind in one sentence") func problems() throws {
        let plan = plan(try rich, to: npz)
        #expect(!plan.isExecutable)
        let found = plan.problems.map(\.description)
        #expect(found.count == 4)
        for word in ["dtype", "tie", "initializer", "metadata"] {
            #expect(found.count { $0.contains("Allow the loss \"\(word)\"") } == 1)
        }
        #expect(
            found.contains { $0.hasPrefix("\"a\" and 1 more variable lose their initializer:") })
        #expect(found.contains { $0.hasPrefix("The file and \"c\" lose their metadata:") })
        #expect(found.contains { $0.hasPrefix("\"b\" loses its tie:") })
    }

    @Test("what is allowed is lost, and nothing else") func allowed() throws {
        let plan = plan(try rich, to: npz, allowing: [.dtype, .tie, .initializer, .metadata])
        #expect(plan.isExecutable)
        let target = try #require(plan.target)
        #expect(target.variables.map(\.tensor.dtype) == [.bits16, .f32, .f32])
        #expect(target.variables.allSatisfy { $0.initializer == nil && $0.tiedTo == nil })
        #expect(target.metadata.isEmpty)
        let less = self.plan(try rich, to: npz, allowing: [.dtype, .tie, .initializer])
        #expect(less.problems.count == 1)
    }

    /// Bits that were u16 and are called `dtype`, with the record of each recipe.
    private func retyped(
        _ recipe: InitializerRecipe, as dtype: DType, allowing: Set<FormatLoss.Subject> = []
    ) throws -> Conversion {
        let info = try TensorInfo(dtype: .u16, shape: TensorShape([300]))
        let record = try Initializer.record(recipe: recipe, seed: 1, stream: 2, info: info)
        let values = try Initializer.sample(record, info: info)
        let manifest = try Manifest(variables: [
            VariableInfo(name: VariableName("w"), tensor: info, initializer: record)
        ])
        return Conversion(
            of: MemoryReader(try Checkpoint(manifest: manifest, tensors: [values])),
            from: native, to: native, allowing: allowing,
            retyping: [try #require(Retyping(from: .u16, to: dtype))])
    }

    @Test(
        "a record that is not true under another dtype is a loss by name, and one that is stays",
        arguments: [DType.f16, .bf16, .i16, .bits16])
    func retyping(dtype: DType) throws {
        for (recipe, isTrue) in [
            (InitializerRecipe.ones, dtype == .i16), (.constant(3), dtype == .i16),
            (.zeros, true),
        ] {
            let strict = try retyped(recipe, as: dtype)
            #expect(strict.plan.isExecutable == isTrue)
            let problem = strict.plan.problems.first?.description
            #expect(isTrue || problem?.contains("Allow the loss \"initializer\"") == true)
            let sink = MemorySink()
            let conversion = try retyped(recipe, as: dtype, allowing: [.initializer])
            try conversion.write(to: SingleFileSink(sink))
            let reader = try NativeReader(MemorySource(sink.bytes))
            #expect((reader.manifest.variables[0].initializer != nil) == isTrue)
            #expect(throws: Never.self) { try reader.verify() }
            #expect(throws: Never.self) { try verifyRecords(of: reader) }
        }
    }

    @Test("a description stays what it is under another dtype")
    func retypedDescription() throws {
        let record = InitializerSpec(recipe: .heNormal)
        let checkpoint = try Specimen("bits", [variable("w", .bits16, initializer: record)])
            .checkpoint
        let plan = ConversionPlan(
            converting: checkpoint.manifest, from: native, to: native,
            retyping: [try #require(Retyping(from: .bits16, to: .bf16))])
        #expect(plan.isExecutable)
        #expect(plan.target?.variables[0].initializer == record)
    }

    private func verifyRecords(of reader: NativeReader) throws {
        for variable in reader.manifest.variables {
            guard let record = variable.initializer else { continue }
            try Initializer.verify(record, info: variable.tensor)
        }
    }

    @Test("values are never lost, whatever is allowed") func values() throws {
        let checkpoint = try Specimen("i4", [variable("a", .i4, [2])]).checkpoint
        for format in [npz, safetensors] as [any CheckpointFormat] {
            let plan = plan(checkpoint, to: format, allowing: Set(FormatLoss.Subject.allCases))
            #expect(!plan.isExecutable)
            let conversion = Conversion(
                of: MemoryReader(checkpoint), from: native, to: format,
                allowing: Set(FormatLoss.Subject.allCases))
            let sink = MemorySink()
            let error = formatError { () throws(FormatError) in
                try conversion.write(to: SingleFileSink(sink))
            }
            #expect(error?.code == .notRepresentable)
            #expect(sink.bytes.isEmpty)
        }
    }

    @Test("an .ltfn file survives the way through safetensors whole", arguments: Specimen.all)
    func thereAndBack(specimen: Specimen) throws {
        let there = plan(specimen.checkpoint, to: safetensors)
        guard there.isExecutable else { return }
        let bytes = try converted(MemoryReader(specimen.checkpoint), native, safetensors)
        let reader = try safetensors.open(MemorySource(bytes), limits: .standard)
        let back = try native.open(
            MemorySource(converted(reader, safetensors, native)), limits: .standard)
        #expect(back.manifest == specimen.checkpoint.manifest)
        for index in back.manifest.variables.indices {
            #expect(try back.read(index).array == specimen.checkpoint.tensors[index].array)
        }
    }

    private func converted(
        _ reader: any CheckpointReader, _ source: any CheckpointFormat,
        _ target: any CheckpointFormat
    ) throws -> [UInt8] {
        let conversion = Conversion(of: reader, from: source, to: target)
        let sink = MemorySink()
        #expect(try conversion.write(to: SingleFileSink(sink)) != nil)
        #expect(try conversion.differences(in: SingleFile(MemorySource(sink.bytes))) == [])
        return sink.bytes
    }

    @Test("verification finds a single wrong bit, a wrong shape, a lost initializer")
    func verification() throws {
        let checkpoint = try Specimen(
            "two", [variable("a"), variable("b", initializer: InitializerSpec(recipe: .zeros))]
        ).checkpoint
        let conversion = Conversion(
            of: MemoryReader(checkpoint), from: native, to: safetensors)
        func differences(_ checkpoint: Checkpoint) throws -> [String]? {
            let sink = MemorySink()
            try safetensors.write(checkpoint, to: sink)
            return try conversion.differences(in: SingleFile(MemorySource(sink.bytes)))
        }
        #expect(try differences(checkpoint) == [])
        var tensors = checkpoint.tensors
        var values = tensors[1].array
        values[17] ^= 4
        tensors[1] = try TensorData(tensors[1].info, values: values)
        #expect(
            try differences(Checkpoint(manifest: checkpoint.manifest, tensors: tensors))
                == ["\"b\" differs from byte 17 of its values on."])
        #expect(
            try differences(
                Specimen("x", [variable("a", .f32, [3, 2]), variable("b")]).checkpoint)
                == ["\"a\" differs in its shape.", "\"b\" differs in its initializer."])
        #expect(
            try differences(Specimen("x", [variable("a"), variable("c")]).checkpoint)
                == ["\"b\" is missing.", "\"c\" was not expected."])
    }

    @Test("an observer can stop the work, and hears of all of it") func observer() throws {
        let checkpoint = try Specimen("two", [variable("a"), variable("b")]).checkpoint
        let conversion = Conversion(of: MemoryReader(checkpoint), from: native, to: npz)
        let sink = MemorySink()
        #expect(
            try conversion.write(to: SingleFileSink(sink)) { $0.completedByteCount < 24 } == nil)
        #expect(
            try conversion.write(to: SingleFileSink(MemorySink())) { $0.totalByteCount == 48 }
                != nil)
    }
}

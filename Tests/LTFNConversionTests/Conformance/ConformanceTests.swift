import LTFNBytes
import LTFNCheckpoint
import LTFNConversion
import LTFNFormats
import TestSupport
import Testing

/// What every format has to keep. A new format passes this without a line here.
@Suite("Conformance of every format") struct ConformanceTests {
    /// Those of one file that can be written; sets of files and files of other tools have suites of
    /// their own.
    static let formats = FormatRegistry.standard.formats
        .filter { !$0.traits.isSet && $0.traits.canWrite }.map(Subject.init)

    /// A format under test.
    struct Subject: Sendable, CustomTestStringConvertible {
        let format: any CheckpointFormat

        var testDescription: String { format.traits.name }

        /// What a specimen becomes in the format; nil when it cannot hold it.
        func plan(_ specimen: Specimen) -> ConversionPlan {
            ConversionPlan(
                converting: specimen.checkpoint.manifest, from: format, to: format,
                allowing: Set(FormatLoss.Subject.allCases))
        }

        func encoded(_ checkpoint: Checkpoint) throws(FormatError) -> [UInt8] {
            let sink = MemorySink()
            try format.write(checkpoint, to: sink)
            return sink.bytes
        }

        func open(_ bytes: [UInt8]) throws(FormatError) -> any CheckpointReader {
            try format.open(MemorySource(bytes), limits: .standard)
        }

        /// The smallest specimen that the format holds.
        func sample() throws -> [UInt8] {
            let holdsMany = plan(.small).isExecutable
            return try encoded((holdsMany ? Specimen.small : .single).checkpoint)
        }
    }

    /// What a conversion adds for the way back, and a format alone does not.
    private static func withoutTies(_ manifest: Manifest) throws -> Manifest {
        let variables = manifest.variables.map { variable in
            var plain = variable
            plain.metadata[VariableInfo.tieKey] = nil
            return plain
        }
        return try Manifest(
            variables: variables, metadata: manifest.metadata, graph: manifest.graph)
    }

    @Test("what is written is read, bit for bit", arguments: formats, Specimen.all)
    func roundTrip(subject: Subject, specimen: Specimen) throws {
        let plan = subject.plan(specimen)
        guard plan.isExecutable, let expected = try plan.target.map(Self.withoutTies) else {
            let error = formatError { () throws(FormatError) in
                try subject.encoded(specimen.checkpoint)
            }
            #expect(error?.code == .notRepresentable)
            return
        }
        let bytes = try subject.encoded(specimen.checkpoint)
        let reader = try subject.open(bytes)
        #expect(reader.manifest == expected)
        for (index, step) in plan.steps.enumerated() {
            let found = try #require(reader.manifest.index(of: step.target.name))
            let tensor = try reader.read(found)
            #expect(tensor.info == step.target.tensor)
            #expect(tensor.array == specimen.checkpoint.tensors[index].array)
            #expect(reader.storage(found).storedByteCount <= UInt64(bytes.count))
        }
    }

    @Test("every dtype that a format claims is held without loss", arguments: formats)
    func dtypes(subject: Subject) throws {
        for dtype in DType.allCases {
            let manifest = try Manifest(variables: [variable("arr_0", dtype, [3, 8])])
            let isLost = subject.format.losses(writing: manifest)
                .contains { [.values, .dtype].contains($0.subject) }
            #expect(isLost != subject.format.traits.dtypes.contains(dtype), "\(dtype)")
        }
    }

    @Test("the same checkpoint gives the same bytes", arguments: formats, Specimen.all)
    func deterministic(subject: Subject, specimen: Specimen) throws {
        guard subject.plan(specimen).isExecutable else { return }
        let first = try subject.encoded(specimen.checkpoint)
        let second = try subject.encoded(specimen.checkpoint)
        #expect(first == second)
        // The way through a plan leads to the same file.
        let conversion = Conversion(
            of: MemoryReader(specimen.checkpoint), from: subject.format, to: subject.format,
            allowing: Set(FormatLoss.Subject.allCases))
        if subject.format.losses(writing: specimen.checkpoint.manifest).isEmpty {
            let sink = MemorySink()
            #expect(try conversion.write(to: SingleFileSink(sink)) != nil)
            #expect(sink.bytes == first)
        }
    }

    @Test(
        "a file is recognized by its content, and as nothing else", arguments: formats, Specimen.all
    )
    func recognition(subject: Subject, specimen: Specimen) throws {
        guard subject.plan(specimen).isExecutable else { return }
        let bytes = try subject.encoded(specimen.checkpoint)
        let found = try FormatRegistry.standard.identify(
            SingleFile(MemorySource(bytes)), path: "model.dat")
        #expect(found.format.traits.name == subject.format.traits.name)
        #expect(found.note == nil)
    }

    @Test("opening reads no values", arguments: formats)
    func laziness(subject: Subject) throws {
        let specimen = try Specimen("large", [variable("arr_0", .f32, [1 << 20])])
        let source = WatchedSource(try subject.encoded(specimen.checkpoint))
        let reader = try subject.format.open(source, limits: .standard)
        #expect(source.readByteCount < 1 << 18)
        #expect(try reader.read(0).array == specimen.checkpoint.tensors[0].array)
    }

    @Test("the order of writing is checked", arguments: formats)
    func order(subject: Subject) throws {
        let specimen = subject.plan(.small).isExecutable ? Specimen.small : .single
        let manifest = specimen.checkpoint.manifest
        let order = subject.format.writingOrder(of: manifest)
        let tensors = specimen.checkpoint.tensors
        let other = try TensorData(shape: [1], floats: [1])
        #expect(order.sorted() == Array(manifest.variables.indices))

        var missing = try subject.format.create(MemorySink(), manifest: manifest)
        #expect(formatError { () throws(FormatError) in try missing.finish() }?.code == .corrupt)

        var wrong = try subject.format.create(MemorySink(), manifest: manifest)
        let mismatch = formatError { () throws(FormatError) in
            try wrong.write(other, at: order[0])
        }
        #expect(mismatch?.code == .corrupt)

        var twice = try subject.format.create(MemorySink(), manifest: manifest)
        try twice.write(tensors[order[0]], at: order[0])
        let repeated = formatError { () throws(FormatError) in
            try twice.write(tensors[order[0]], at: order[0])
        }
        #expect(repeated?.code == .corrupt)
    }

    @Test("a full disk is an error wherever it fills up", arguments: formats)
    func fullDisk(subject: Subject) throws {
        let specimen = subject.plan(.small).isExecutable ? Specimen.small : .single
        let byteCount = try subject.encoded(specimen.checkpoint).count
        for capacity in 0..<byteCount {
            let error = formatError { () throws(FormatError) in
                try subject.format.write(specimen.checkpoint, to: FullSink(capacity: capacity))
            }
            #expect(error?.code == .io, "\(capacity) of \(byteCount)")
        }
    }

    @Test("limits are kept and named as such", arguments: formats)
    func limits(subject: Subject) throws {
        let source = MemorySource(try subject.sample())
        var limits = DecodingLimits()
        limits.tensorByteCount = 3
        let reader = try subject.format.open(source, limits: limits)
        let index = try #require(
            reader.manifest.variables.firstIndex { $0.tensor.byteCount > 3 })
        let tooLarge = formatError { () throws(FormatError) in try reader.read(index) }
        #expect(tooLarge?.code == .limitExceeded)
        limits = DecodingLimits()
        limits.rank = 0
        let tooDeep = formatError { () throws(FormatError) in
            try subject.format.open(source, limits: limits)
        }
        #expect(tooDeep?.code == .limitExceeded)
        guard reader.manifest.variables.count > 1 else { return }
        limits = DecodingLimits()
        limits.variableCount = 1
        let tooMany = formatError { () throws(FormatError) in
            try subject.format.open(source, limits: limits)
        }
        #expect(tooMany?.code == .limitExceeded)
    }
}

/// A checkpoint in memory, as a reader.
struct MemoryReader: CheckpointReader {
    private let checkpoint: Checkpoint

    init(_ checkpoint: Checkpoint) {
        self.checkpoint = checkpoint
    }

    var manifest: Manifest { checkpoint.manifest }

    func read(_ index: Int) throws(FormatError) -> TensorData { checkpoint.tensors[index] }

    func storage(_ index: Int) -> StorageInfo { StorageInfo(storedByteCount: 0, codec: "memory") }
}

import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNConversion
import LTFNFormats
import TestSupport
import Testing

@Suite("Values by ranges") struct RangeTests {
    private typealias Subject = ConformanceTests.Subject

    @Test(
        "a range is that part of the whole, in any order", arguments: ConformanceTests.formats,
        Specimen.all)
    func reading(subject: ConformanceTests.Subject, specimen: Specimen) throws {
        guard subject.plan(specimen).isExecutable else { return }
        let reader = try subject.open(subject.encoded(specimen.checkpoint))
        var random = Random(seed: 11)
        for (index, variable) in reader.manifest.variables.enumerated() {
            let whole = try reader.read(index).array
            let count = variable.tensor.byteCount
            for _ in 0..<8 {
                let start = random.below(count + 1)
                let range = start..<start + random.below(count - start + 1)
                let part = try reader.read(index, bytes: range)
                #expect(part.copy(of: 0..<part.byteCount) == Array(whole[range]))
            }
            #expect(reader.pieceByteCount(index) > 0)
            #expect(try reader.verify(index) == ValueHash.digest(whole))
            try reader.check(ValueHash.digest(whole), of: index)
        }
    }

    @Test(
        "values that come by ranges give the same file", arguments: ConformanceTests.formats,
        Specimen.all)
    func writing(subject: ConformanceTests.Subject, specimen: Specimen) throws {
        guard subject.plan(specimen).isExecutable else { return }
        let checkpoint = specimen.checkpoint
        let sink = MemorySink()
        var writer = try subject.format.create(sink, manifest: checkpoint.manifest)
        for index in subject.format.writingOrder(of: checkpoint.manifest) {
            let whole = checkpoint.tensors[index].bytes
            try writer.write(at: index) { range in
                AlignedBytes(copying: whole.bytes.extracting(range))
            }
        }
        try writer.finish()
        #expect(sink.bytes == (try subject.encoded(checkpoint)))
    }

    @Test("ranges of the wrong length are refused", arguments: ConformanceTests.formats)
    func wrongLength(subject: ConformanceTests.Subject) throws {
        let specimen = subject.plan(.small).isExecutable ? Specimen.small : .single
        let manifest = specimen.checkpoint.manifest
        var writer = try subject.format.create(MemorySink(), manifest: manifest)
        let first = subject.format.writingOrder(of: manifest)[0]
        let error = formatError { () throws(FormatError) in
            try writer.write(at: first) { AlignedBytes(byteCount: $0.count + 1) }
        }
        #expect(error?.code == .corrupt)
    }

    @Test("only as much of a large tensor is in memory as a piece takes")
    func pieces() throws {
        // 64 MiB of a dtype that all can store, and a reader that counts what it hands out.
        let info = try TensorInfo(dtype: .f32, shape: TensorShape([16 << 20]))
        let manifest = try Manifest(variables: [
            VariableInfo(name: VariableName("w"), tensor: info)
        ])
        for format in FormatRegistry.standard.formats
        where format.traits.name != "npy" && format.traits.canWrite {
            let conversion = Conversion(
                of: PatternReader(manifest: manifest), from: format, to: format)
            let files = DiscardingFiles(
                name: (format as? any SetFormat)?.index(writing: "model") ?? "model")
            #expect(try conversion.write(to: files) != nil)
            #expect(files.main.position > 0)
        }
    }
}

/// Keeps nothing of what is written.
private final class DiscardingFiles: FileSetSink {
    let name: String
    let main: any ByteSink = DiscardingSink()

    init(name: String) {
        self.name = name
    }

    func file(_ name: String) throws(FormatError) -> any ByteSink { DiscardingSink() }
}

/// A reader that makes values and refuses to make many at once.
private struct PatternReader: CheckpointReader {
    let manifest: Manifest

    func read(_ index: Int) throws(FormatError) -> TensorData {
        throw FormatError(.limitExceeded, "The whole was asked for.")
    }

    func read(_ index: Int, bytes range: Range<Int>) throws(FormatError) -> AlignedBytes {
        guard range.count <= 4 << 20 else {
            throw FormatError(.limitExceeded, "\(range.count) bytes were asked for.")
        }
        var bytes = AlignedBytes(byteCount: range.count)
        bytes.replaceBytes(at: 0, with: [UInt8(truncatingIfNeeded: range.lowerBound >> 20)])
        return bytes
    }

    func pieceByteCount(_ index: Int) -> Int { 1 << 20 }

    func storage(_ index: Int) -> StorageInfo { StorageInfo(storedByteCount: 0, codec: "made") }
}

private final class DiscardingSink: ByteSink {
    private(set) var position: UInt64 = 0

    func write(_ bytes: [UInt8]) throws(FormatError) { position += UInt64(bytes.count) }
}

import LTFNBytes
import LTFNCheckpoint
import LTFNConversion
import LTFNFormats
import LTFNInterchange
import TestSupport
import Testing

/// What formats of several files have to keep, with small files so that there are several.
@Suite("Conformance of sets of files") struct SetConformanceTests {
    static let all: [Subject] = [
        Subject(
            format: ShardedSafetensorsFormat(shardByteCount: 24),
            index: "model.safetensors.index.json", endsWithLine: true),
        Subject(format: TensorFlowFormat(shardByteCount: 24), index: "model.index"),
    ]

    /// A format under test.
    struct Subject: Sendable, CustomTestStringConvertible {
        let format: any SetFormat
        /// What its index is called.
        let index: String
        /// Whether the index ends with a line break, which can be missed by nobody.
        var endsWithLine = false

        var testDescription: String { format.traits.name }

        func files(_ checkpoint: Checkpoint) throws(FormatError) -> [String: [UInt8]] {
            let sink = MemoryFileSetSink(name: index)
            var writer = try format.create(sink, manifest: checkpoint.manifest)
            for index in format.writingOrder(of: checkpoint.manifest) {
                try writer.write(checkpoint.tensors[index], at: index)
            }
            try writer.finish()
            return sink.files
        }

        func read(_ files: [String: [UInt8]]) throws(FormatError) -> Checkpoint {
            let set = MemoryFileSet(files, name: index)
            return try Checkpoint(
                reading: format.open(set, limits: .standard), memoryLimit: 1 << 28)
        }
    }

    @Test(
        "What is written is read, bit for bit, and the same checkpoint gives the same files",
        arguments: all, Specimen.all)
    func roundTrip(subject: Subject, specimen: Specimen) throws {
        let plan = ConversionPlan(
            converting: specimen.checkpoint.manifest, from: subject.format, to: subject.format,
            allowing: Set(FormatLoss.Subject.allCases))
        guard plan.isExecutable, let expected = plan.target else { return }
        let target = try Checkpoint(
            manifest: expected,
            tensors: plan.steps.map { step in
                let index = try #require(
                    specimen.checkpoint.manifest.index(of: step.source.name))
                return specimen.checkpoint.tensors[index]
            })
        let files = try subject.files(target)
        let others = subject.format.otherFiles(writing: expected, as: subject.index)
        #expect(Set(files.keys) == Set([subject.index] + others))
        let found = try subject.read(files)
        #expect(found.manifest == expected)
        for (one, other) in zip(found.tensors, target.tensors) { #expect(one.array == other.array) }
        #expect(try subject.files(found) == files)
    }

    @Test(
        "Every truncation and flip of every file is an error or a sound checkpoint", arguments: all)
    func damage(subject: Subject) throws {
        let files = try subject.files(Specimen.small.checkpoint)
        #expect(files.count > 2)
        let whole = try subject.read(files).manifest
        for (name, bytes) in files {
            for length in bytes.indices {
                var damaged = files
                damaged[name] = Array(bytes[..<length])
                // Only the line break at the end of the index can be missed by nobody.
                if subject.endsWithLine, name == subject.index, length == bytes.count - 1 {
                    continue
                }
                #expect(throws: FormatError.self, "\(name), \(length)") {
                    try subject.read(damaged)
                }
            }
            for index in bytes.indices {
                for bit in 0..<8 {
                    var damaged = files
                    damaged[name]?[index] ^= 1 << bit
                    _ = formatError { () throws(FormatError) in try subject.read(damaged) }
                }
            }
            var missing = files
            missing[name] = nil
            let error = formatError { () throws(FormatError) in try subject.read(missing) }
            #expect(error != nil, "\(name)")
        }
        #expect(try subject.read(files).manifest == whole)
    }
}

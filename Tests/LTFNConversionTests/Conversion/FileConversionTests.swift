import Foundation
import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNConversion
import LTFNFiles
import LTFNFormats
import LTFNInterchange
import TestSupport
import Testing

@Suite("FileConversion") struct FileConversionTests {
    private let directory = TemporaryFolder()

    private func request(_ input: String, _ output: String) -> FileConversion.Request {
        FileConversion.Request(
            input: Fixtures.directory.appendingPathComponent(input).path,
            output: directory.path(output))
    }

    @Test("the output stands there alone, and is what was asked for") func run() throws {
        let conversion = try FileConversion(request("numpy/shapes.npz", "out.safetensors"))
        #expect(conversion.problems.isEmpty)
        #expect(directory.names.isEmpty)
        let outcome = try #require(try conversion.run())
        #expect(outcome.verification == .equal)
        #expect(directory.names == ["out.safetensors"])
        let source = try FileSource(path: directory.path("out.safetensors"))
        #expect(source.byteCount == outcome.byteCount)
        let manifest = try SafetensorsFormat().open(source, limits: .standard).manifest
        #expect(manifest.variables.count == 6)
    }

    @Test(
        "values of more bytes than 64 bits count are too many, not few",
        arguments: ["ltfn", "npz"])
    func exabytes(ending: String) throws {
        let file = try #require(
            HostileFiles.all().first { $0.name == "recipes-zeros-16-exabytes" })
        directory.put(file.bytes, "a.ltfn")
        var request = FileConversion.Request(
            input: directory.path("a.ltfn"), output: directory.path("b." + ending))
        request.allowedLosses = Set(FormatLoss.Subject.allCases)
        let conversion = try FileConversion(request)
        #expect(conversion.plan.valueByteCount == .max)
        #expect(conversion.problems.count == 1)
    }

    @Test("an existing output is kept unless told, and then replaced whole") func existing() throws
    {
        directory.put([1, 2, 3], "out.npz")
        var request = request("numpy/shapes.npz", "out.npz")
        let refused = try FileConversion(request)
        #expect(refused.problems.first?.remedies == [.replaceOutput])
        let error = formatError { () throws(FormatError) in try refused.run() }
        #expect(error?.code == .io)
        #expect(directory.get("out.npz") == [1, 2, 3])
        request.replacesOutput = true
        let conversion = try FileConversion(request)
        #expect(conversion.problems.isEmpty)
        #expect(try conversion.run() != nil)
        #expect(directory.names == ["out.npz"])
        #expect(directory.get("out.npz")?.prefix(2) == [0x50, 0x4B])
    }

    @Test("a file can be converted onto itself") func ontoItself() throws {
        let original = try Fixtures.bytes("numpy/compressed.npz")
        directory.put(original, "model.npz")
        var request = FileConversion.Request(
            input: directory.path("model.npz"), output: directory.path("model.npz"))
        request.replacesOutput = true
        #expect(try FileConversion(request).run()?.verification == .equal)
        #expect(directory.names == ["model.npz"])
        #expect(directory.get("model.npz") != original)
    }

    @Test("an output that does not read back is not kept") func corrupting() throws {
        directory.put([9], "out.bad")
        var request = request("numpy/shapes.npz", "out.bad")
        request.replacesOutput = true
        let registry = FormatRegistry(FormatRegistry.standard.formats + [CorruptingFormat()])
        let outcome = try FileConversion(request, registry: registry).run()
        guard case .different(let differences)? = outcome?.verification else {
            Issue.record("The flipped bit was not found.")
            return
        }
        #expect(differences.count == 1)
        #expect(directory.names == ["out.bad"])
        #expect(directory.get("out.bad") == [9])
    }

    @Test("without verification nobody looks") func unverified() throws {
        var request = request("numpy/shapes.npz", "out.npz")
        request.verification = .none
        #expect(try FileConversion(request).run()?.verification == .skipped)
    }

    @Test("a device is written to, and cannot be read back") func device() throws {
        var request = request("numpy/shapes.npz", "unused")
        request.output = "/dev/null"
        request.targetFormat = "npz"
        #expect(try FileConversion(request).run()?.verification == .impossible)
    }

    @Test("an observer that stops leaves nothing behind") func stopped() throws {
        let conversion = try FileConversion(request("numpy/shapes.npz", "out.npz"))
        #expect(try conversion.run { _ in false } == nil)
        #expect(try conversion.run { $0.phase == .write } == nil)
        #expect(directory.names.isEmpty)
    }

    @Test("damage that only reading values finds leaves nothing behind") func damaged() throws {
        var bytes = try Fixtures.bytes("numpy/shapes.npz")
        // The last value of the last member, before the directory.
        let directoryStart = Array("PK\u{1}\u{2}".utf8)
        let start = try #require(
            bytes.indices.first { bytes[$0...].starts(with: directoryStart) })
        bytes[start - 1] ^= 1
        directory.put(bytes, "in.npz")
        let conversion = try FileConversion(
            FileConversion.Request(
                input: directory.path("in.npz"), output: directory.path("out.ltfn")))
        let error = formatError { () throws(FormatError) in try conversion.run() }
        #expect(error?.code == .checksumMismatch)
        #expect(error?.path == directory.path("in.npz"))
        #expect(directory.names == ["in.npz"])
    }

    @Test("directories and missing files are named as such") func places() throws {
        func error(_ input: String, _ output: String) -> FormatError? {
            formatError { () throws(FormatError) in
                try FileConversion(FileConversion.Request(input: input, output: output))
            }
        }
        #expect(
            error(directory.path(""), directory.path("x.npz"))?.message.contains("folder")
                == true)
        #expect(error(directory.path("none"), directory.path("x.npz"))?.operation == .open)
        let input = Fixtures.directory.appendingPathComponent("numpy/shapes.npz").path
        #expect(error(input, directory.path("x.unknown"))?.remedy == .nameTargetFormat)
        try FileManager.default.createDirectory(
            atPath: directory.path("dir.npz"), withIntermediateDirectories: true)
        for output in ["dir.npz", "none/x.npz"] {
            let conversion = try FileConversion(
                FileConversion.Request(input: input, output: directory.path(output)))
            #expect(conversion.problems.count == 1)
        }
    }
}

/// A format that flips a bit on its way to the disk.
private struct CorruptingFormat: CheckpointFormat {
    private let inner = SafetensorsFormat()

    var traits: FormatTraits {
        var traits = inner.traits
        traits.name = "bad"
        traits.fileExtensions = ["bad"]
        return traits
    }

    func recognizes(prefix: [UInt8], byteCount: UInt64) -> Bool { false }

    func open(
        _ source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader {
        try inner.open(source, limits: limits)
    }

    func losses(writing manifest: Manifest) -> [FormatLoss] { inner.losses(writing: manifest) }

    func writingOrder(of manifest: Manifest) -> [Int] { inner.writingOrder(of: manifest) }

    func create(
        _ sink: any ByteSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        Writer(inner: try inner.create(sink, manifest: manifest))
    }

    private struct Writer: CheckpointWriter {
        var inner: any CheckpointWriter

        mutating func write(_ tensor: TensorData, at index: Int) throws(FormatError) {
            var values = tensor.array
            if values.count == 4096 { values[1000] ^= 1 }
            try inner.write(TensorData(tensor.info, values: values), at: index)
        }

        mutating func write(
            at index: Int, values: (Range<Int>) throws(FormatError) -> AlignedBytes
        ) throws(FormatError) {
            try inner.write(at: index) { range throws(FormatError) in
                var bytes = try values(range)
                if range == 0..<4096 { bytes.replaceBytes(at: 1000, with: [99]) }
                return bytes
            }
        }

        mutating func finish() throws(FormatError) { try inner.finish() }
    }
}

import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNConversion
import LTFNFormats
import LTFNInterchange
import TestSupport
import Testing

@Suite("Checksums of PyTorch's archives") struct StorageChecksumTests {
    private let directory = TemporaryFolder()

    /// A file with one bit of the values of a variable changed.
    private func damaged(_ name: String, _ variable: Int) throws -> String {
        let path = Fixtures.directory.appendingPathComponent("pytorch/" + name).path
        let stored = try #require(try ModelFile(path).reader.stored(variable))
        var bytes = try Fixtures.bytes("pytorch/" + name)
        bytes[Int(stored.offset)] ^= 1
        directory.put(bytes, "in.pt")
        return directory.path("in.pt")
    }

    @Test(
        "values that are not those that were written get into no other file",
        arguments: ["out.safetensors", "out.ltfn", "out.npz", "out.pt"])
    func conversion(output: String) throws {
        var request = FileConversion.Request(
            input: try damaged("nested.pt", 0), output: directory.path(output))
        request.allowedLosses = [.metadata, .initializer, .graph]
        let conversion = try FileConversion(request)
        let error = formatError { () throws(FormatError) in try conversion.run() }
        #expect(error?.code == .checksumMismatch)
        #expect(error?.path == directory.path("in.pt"))
        #expect(directory.names == ["in.pt"])
    }

    @Test("a storage is compared when it is read whole, in any pieces") func pieces() throws {
        let reader = try ModelFile(try damaged("nested.pt", 0)).reader
        #expect(reader.valueProof == .crc32)
        let byteCount = reader.manifest.variables[0].tensor.byteCount
        #expect(throws: FormatError.self) { try reader.read(0) }
        #expect(throws: FormatError.self) { try reader.verify(0) }
        _ = try reader.read(0, bytes: 0..<4)
        #expect(throws: FormatError.self) { try reader.read(0, bytes: 4..<byteCount) }
        _ = try reader.read(0, bytes: 4..<byteCount)
    }

    @Test("storages that only parts are shown of are compared by a verification") func rest() throws
    {
        let file = try ModelFile(try damaged("views.pt", 0))
        #expect(throws: FormatError.self) {
            for index in file.reader.manifest.variables.indices {
                _ = try file.reader.verify(index)
            }
            try file.reader.verifyRest()
        }
    }

    @Test("a storage that was compared is not compared again") func once() throws {
        let source = WatchedSource(try Fixtures.bytes("pytorch/views.pt"))
        let reader = try TorchFormat().open(source, limits: .standard)
        let opened = source.readByteCount
        try reader.verifyRest()
        let once = source.readByteCount
        #expect(once > opened)
        try reader.verifyRest()
        #expect(source.readByteCount == once)
    }
}

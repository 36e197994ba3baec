import Examples
import Foundation
import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNConversion
import LTFNFormat
import LTFNFormats
import TestSupport
import Testing

/// What every format has to keep with the files under `Fixtures/<its name>/`: for a format that
/// cannot be written, these are all the files that there are.
@Suite("Conformance with files of other tools") struct SpecimenFileTests {
    static let registry = FormatRegistry(FormatRegistry.standard.formats + [TinyFormat()])
    static let all = registry.formats.filter { !$0.traits.isSet }.flatMap(files)
    static let sound = all.filter { !$0.isRefused }
    static let refused = all.filter(\.isRefused)

    /// A file of a format under test.
    struct File: Sendable, CustomTestStringConvertible {
        let name: String
        let format: any CheckpointFormat

        var testDescription: String { name }
        var isRefused: Bool { name.contains("/refused-") }
        var bytes: [UInt8] { get throws { try Fixtures.bytes(name) } }

        func read(
            _ bytes: [UInt8], _ limits: DecodingLimits = .standard
        ) throws(FormatError) -> Checkpoint {
            try Checkpoint(
                reading: format.open(MemorySource(bytes), limits: limits), memoryLimit: 1 << 28)
        }
    }

    private static func files(of format: any CheckpointFormat) -> [File] {
        Fixtures.names(in: format.traits.name).map { File(name: $0, format: format) }
    }

    @Test("a format that cannot be written has specimens, and says so when it is asked to write")
    func readOnly() throws {
        let formats = Self.registry.formats.filter { !$0.traits.canWrite && !$0.traits.isSet }
        #expect(!formats.isEmpty)
        for format in formats {
            #expect(Self.sound.contains { $0.format.traits.name == format.traits.name })
            #expect(Self.refused.contains { $0.format.traits.name == format.traits.name })
            let manifest = Specimen.single.checkpoint.manifest
            #expect(format.losses(writing: manifest).contains { $0.subject == .values })
            let created = formatError { () throws(FormatError) in
                try format.create(MemorySink(), manifest: manifest)
            }
            #expect(created?.code == .unsupportedFeature)
            let named = formatError { () throws(FormatError) in
                try Self.registry.target(forPath: "model", named: format.traits.name)
            }
            #expect(named?.code == .unsupportedFeature)
        }
    }

    @Test("a specimen is recognized by its content, and as nothing else", arguments: all)
    func recognition(file: File) throws {
        let found = try Self.registry.identify(
            SingleFile(MemorySource(file.bytes)), path: "model.dat")
        #expect(found.format.traits.name == file.format.traits.name)
    }

    @Test("a specimen is read, and stays the same as .ltfn", arguments: sound)
    func reading(file: File) throws {
        let bytes = try file.bytes
        let first = try file.read(bytes)
        let reader = try file.format.open(MemorySource(bytes), limits: .standard)
        for (index, tensor) in first.tensors.enumerated() {
            #expect(tensor.info == first.manifest.variables[index].tensor)
            #expect(try reader.verify(index) == ValueHash.digest(tensor.array))
            #expect(reader.storage(index).storedByteCount <= UInt64(bytes.count))
        }
        let sink = MemorySink()
        try NativeFormat().write(first, to: sink)
        let again = try Checkpoint(
            reading: NativeFormat().open(MemorySource(sink.bytes), limits: .standard))
        #expect(again.manifest == first.manifest)
        #expect(again.tensors.map(\.array) == first.tensors.map(\.array))
    }

    @Test("a specimen that must be refused is refused by name of the format", arguments: refused)
    func refusal(file: File) throws {
        let bytes = try file.bytes
        let error = formatError { () throws(FormatError) in try file.read(bytes) }
        #expect(error != nil)
        #expect(error?.code != .io)
    }

    @Test("limits are kept and named as such", arguments: sound)
    func limits(file: File) throws {
        let bytes = try file.bytes
        let manifest = try file.read(bytes).manifest
        func code(_ change: (inout DecodingLimits) -> Void) -> FormatError.Code? {
            var limits = DecodingLimits()
            change(&limits)
            return formatError { () throws(FormatError) in try file.read(bytes, limits) }?.code
        }
        if manifest.variables.contains(where: { $0.tensor.byteCount > 1 }) {
            #expect(code { $0.tensorByteCount = 1 } == .limitExceeded)
        }
        if manifest.variables.contains(where: { $0.tensor.shape.rank > 0 }) {
            #expect(code { $0.rank = 0 } == .limitExceeded)
        }
        if !manifest.variables.isEmpty {
            #expect(code { $0.variableCount = 0 } == .limitExceeded)
        }
    }

    @Test(
        "every cut, flip and random change is an error or gives what is described", arguments: all)
    func damage(file: File) throws {
        let whole = try file.bytes
        guard whole.count <= 4_096 else { return }
        for length in whole.indices {
            if !file.isRefused {
                #expect(throws: FormatError.self, "\(length) bytes") {
                    try file.read(Array(whole[..<length]))
                }
            }
            var flipped = whole
            flipped[length] ^= 1 << UInt8(length % 8)
            expectSound(file, flipped)
        }
        var random = Random(seed: 11)
        for _ in 0..<500 where !whole.isEmpty {
            var bytes = whole
            for _ in 0...random.below(4) {
                bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
            }
            expectSound(file, bytes)
        }
    }

    private func expectSound(_ file: File, _ bytes: [UInt8]) {
        guard let reader = try? file.format.open(MemorySource(bytes), limits: .standard) else {
            return
        }
        for (index, variable) in reader.manifest.variables.enumerated()
        where variable.tensor.byteCount < 1 << 24 {
            if let tensor = try? reader.read(index) { #expect(tensor.info == variable.tensor) }
        }
    }
}

import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import TestSupport
import Testing

@Suite("What stands beside the arrays of npz files") struct NPZContentTests {
    typealias Member = ZipBuilder.Member

    private let array: [UInt8]

    init() throws {
        array = try Fixtures.bytes("numpy/float32.npy")
    }

    private func npy(_ descriptor: String, _ byteCount: Int) -> [UInt8] {
        let text = "{'descr': \(descriptor), 'fortran_order': False, 'shape': ()}"
        var writer = ByteWriter()
        writer.append([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0])
        writer.u16(UInt16(text.utf8.count))
        writer.string(text)
        writer.zeros(byteCount)
        return writer.bytes
    }

    private func open(
        _ members: [Member], _ change: (inout ReadingSelection) -> Void = { _ in }
    ) throws(FormatError) -> any CheckpointReader {
        var format = NPZFormat()
        change(&format.selection)
        return try format.open(MemorySource(ZipBuilder(members).bytes), limits: .standard)
    }

    /// Text, records, objects, something else, other compression, encryption, damage; and two
    /// arrays.
    private var mixed: [Member] {
        var packed = Member("packed.npy", array)
        packed.method = 12
        var secret = Member("secret.npy", array)
        secret.flags = 1
        return [
            Member("w.npy", array), Member("text.npy", npy("'<U3'", 12)),
            Member("record.npy", npy("[('a', '<f4')]", 4)), Member("objects.npy", npy("'|O'", 9)),
            Member("README.txt", Array("notes\n".utf8)), packed, secret,
            Member("short.npy", Array(array.dropLast())), Member("b.npy", array),
        ]
    }

    private let unfit = ["text", "record", "objects", "README.txt", "packed", "secret", "short"]

    @Test("all that cannot be read is named at once") func all() {
        let error = formatError { () throws(FormatError) in try open(mixed) }
        for name in unfit { #expect(error?.message.contains("\"\(name)\":") == true, "\(name)") }
        #expect(error?.message.contains("7 members") == true)
        #expect(error?.remedy == .skipUnreadable(count: 7))
        #expect(error?.code == .corrupt)
        let one = formatError { () throws(FormatError) in try open(Array(mixed.prefix(2))) }
        #expect(one?.code == .unsupportedFeature)
        #expect(one?.remedy == .skipUnreadable(count: 1))
    }

    @Test("what cannot be read is left out by name when that is asked for") func skipping() throws {
        let reader = try open(mixed) { $0.skipsUnreadable = true }
        #expect(reader.manifest.variables.map(\.name.string) == ["b", "w"])
        #expect(reader.losses.map(\.subject) == unfit.map { _ in .member })
        #expect(reader.losses.compactMap(\.variable?.string) == unfit)
        #expect(try reader.read(0).array == reader.read(1).array)
    }

    @Test("members that are not asked for need not be readable") func patterns() throws {
        let reader = try open(mixed) { $0.patterns = [GlobPattern("w"), GlobPattern("b*")] }
        #expect(reader.manifest.variables.map(\.name.string) == ["b", "w"])
        #expect(reader.losses.isEmpty)
        #expect(throws: FormatError.self) {
            try open(mixed) { $0.patterns = [GlobPattern("text")] }
        }
        // What can be read is there: choosing among it is for those who read it.
        let others = try open(mixed) { $0.patterns = [GlobPattern("x")] }
        #expect(others.manifest.variables.map(\.name.string) == ["b", "w"])
    }

    @Test("folders say nothing, and what file managers leave behind is told of") func litter()
        throws
    {
        let reader = try open([
            Member("layer1/", []), Member("layer1/kernel.npy", array),
            Member("layer1/.DS_Store", [0, 0, 0, 1, 0x42]),
            Member("__MACOSX/layer1/._kernel.npy", [0, 5, 0x16, 7]), Member("Thumbs.db", [1]),
            Member("._x.npy", [0, 5, 0x16, 7]),
            // An array is an array, whatever it is called.
            Member("__MACOSX/w.npy", array),
        ])
        #expect(reader.manifest.variables.map(\.name.string) == ["__MACOSX/w", "layer1/kernel"])
        #expect(reader.notes.count == 4)
        #expect(reader.losses.isEmpty)
        #expect(throws: FormatError.self) { try open([Member("folder/", [1])]) }
    }

    @Test("an archive that begins with a folder is recognized, one of other things is not")
    func recognition() {
        func isRecognized(_ members: [Member]) -> Bool {
            let bytes = ZipBuilder(members).bytes
            return NPZFormat().recognizes(
                prefix: Array(bytes.prefix(4096)), byteCount: UInt64(bytes.count))
        }
        #expect(isRecognized([Member("a/", []), Member("a/b/", []), Member("a/b/c.npy", array)]))
        #expect(!isRecognized([Member("a/", []), Member("a/data.pkl", [])]))
        #expect(!isRecognized([Member("a/", [])]))
    }

    @Test("of several members of one name the last is taken when that is asked for")
    func duplicates() throws {
        var later = array
        later[later.count - 1] ^= 1
        let members = [
            Member("w.npy", array), Member("b.npy", array), Member("w.npy", later),
            Member("b", later),
        ]
        let error = formatError { () throws(FormatError) in try open(members) }
        #expect(error?.code == .corrupt)
        #expect(error?.remedy == .takeLastDuplicate)
        // Leaving out what cannot be read does not decide which one is meant.
        #expect(throws: FormatError.self) { try open(members) { $0.skipsUnreadable = true } }
        let reader = try open(members) { $0.takesLastOfDuplicates = true }
        #expect(reader.manifest.variables.map(\.name.string) == ["b", "w"])
        for index in 0..<2 { #expect(try reader.read(index).array.last == later.last) }
        #expect(reader.losses.map(\.subject) == [.member, .member])
    }

    @Test("names that no variable can have are changed and told of") func names() throws {
        let reader = try open([
            Member(".npy", array), Member("a\n.npy", array),
            Member(String(repeating: "n", count: 2000) + ".npy", array),
        ])
        #expect(reader.manifest.variables.count == 3)
        #expect(reader.losses.map(\.subject) == [.name, .name, .name])
        #expect(reader.manifest.variables.contains { $0.name.string == "unnamed" })
        #expect(reader.manifest.variables.contains { $0.name.string == "a%0A" })
    }

    @Test("an array whose values are damaged is left out as what cannot be read is")
    func damagedValues() throws {
        var bytes = ZipBuilder([Member("w.npy", array), Member("b.npy", array)]).bytes
        // The last byte of the first member, which ends where the second begins.
        let second = try #require(
            bytes.indices.dropFirst().first { bytes[$0...].starts(with: [0x50, 0x4B, 3, 4]) })
        bytes[second - 1] ^= 1
        var format = NPZFormat()
        let whole = try format.open(MemorySource(bytes), limits: .standard)
        let error = formatError { () throws(FormatError) in try whole.read(1) }
        #expect(error?.code == .checksumMismatch)
        #expect(error?.remedy == .skipUnreadable(count: 1))
        format.selection.skipsUnreadable = true
        let reader = try format.open(MemorySource(bytes), limits: .standard)
        #expect(reader.manifest.variables.map(\.name.string) == ["b"])
        #expect(reader.losses.compactMap(\.variable?.string) == ["w"])
        #expect(reader.losses.first?.reason.contains("CRC-32") == true)
        #expect(try reader.read(0).info.byteCount > 0)
    }

    @Test("names that are spelled otherwise in the archive are told of once") func spelledNames()
        throws
    {
        let plain = try open([Member("w.npy", array), Member("50%25.npy", array)])
        #expect(plain.notes.isEmpty)
        let members = (0..<9).map { Member("%2Fabs\($0).npy", array) }
        let reader = try open(members)
        #expect(reader.notes.count == 1)
        #expect(reader.notes.first?.contains("\"%2Fabs0\" is called \"/abs0\"") == true)
        #expect(reader.notes.first?.contains("5 more likewise") == true)
        let note = NPZFormat().notes(writing: reader.manifest)
        #expect(note.count == 1)
        #expect(note.first?.contains("\"/abs0\" is called \"%2Fabs0\"") == true)
        #expect(NPZFormat().notes(writing: plain.manifest).isEmpty)
    }
}

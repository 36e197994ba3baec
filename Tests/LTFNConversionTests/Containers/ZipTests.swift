import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import TestSupport
import Testing

@Suite("Zip archives") struct ZipTests {
    typealias Member = ZipBuilder.Member

    private let array: [UInt8]

    init() throws {
        array = try Fixtures.bytes("numpy/float32.npy")
    }

    private func read(_ bytes: [UInt8]) throws(FormatError) -> Checkpoint {
        try Checkpoint(reading: NPZFormat().open(MemorySource(bytes), limits: .standard))
    }

    private func code(_ builder: ZipBuilder) -> FormatError.Code? {
        formatError { () throws(FormatError) in try read(builder.bytes) }?.code
    }

    private func code(_ change: (inout Member) -> Void) -> FormatError.Code? {
        var member = Member("a.npy", array)
        change(&member)
        return code(ZipBuilder([member, Member("b.npy", array)]))
    }

    @Test("a plain archive is read, a deflated one too") func plain() throws {
        #expect(code { _ in } == nil)
        #expect(
            code {
                $0.method = 8
                $0.stored = Deflate.compress(array)
            } == nil)
        #expect(try read(ZipBuilder([Member("a.npy", array)]).bytes).manifest.variables.count == 1)
    }

    @Test("names: UTF-8 when they say so, code page 437 when not, with or without suffix")
    func names() throws {
        var modern = Member("größe.npy", array)
        modern.flags = 1 << 11
        var old = Member("", array)
        old.name = [0x67, 0x72, 0x94, 0xE1, 0x65, 0x32]
        let names = try read(ZipBuilder([modern, old]).bytes).manifest.variables.map(\.name.string)
        #expect(names == ["größe", "größe2"].sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        #expect(
            code {
                $0.flags = 1 << 11
                $0.name = [0xFF, 0x2E]
            } == .corrupt)
    }

    @Test("one name for two members, or for two variables, is refused") func duplicates() {
        #expect(code { $0.name = Array("b.npy".utf8) } == .corrupt)
        #expect(code { $0.name = Array("b".utf8) } == .corrupt)
    }

    @Test("the header before a member must say what the directory says") func agreement() {
        #expect(code { $0.localName = Array("x.npy".utf8) } == .corrupt)
        #expect(code { $0.localMethod = 8 } == .corrupt)
        #expect(code { $0.localCRC32 = 1 } == .corrupt)
        #expect(code { $0.localByteCount = 5 } == .corrupt)
        #expect(code { $0.localByteCount = 0 } == .corrupt)
        #expect(code { $0.localExtra = [1, 2, 3] } == .truncated)
        #expect(code { $0.extra = [1, 0, 255, 0] } == .truncated)
    }

    @Test("members may not overlap, hide bytes or leave gaps") func layout() {
        #expect(code { $0.behind = [0] } == .corrupt)
        #expect(code { $0.headerOffset = 30 } == .corrupt)
        #expect(code { $0.headerOffset = 0xFFFF_FFF0 } == .truncated)
        var same = ZipBuilder([Member("a.npy", array), Member("a.npy", array)])
        same.members[1].headerOffset = 0
        #expect(code(same) == .corrupt)
        var prefixed = ZipBuilder([Member("a.npy", array)])
        prefixed.before = [1, 2, 3]
        #expect(code(prefixed) == .corrupt)
        var hidden = ZipBuilder([Member("a.npy", array)])
        hidden.beforeDirectory = array
        #expect(code(hidden) == .corrupt)
    }

    @Test("bytes after the end are passed over, as far as other readers look for it")
    func tails() {
        var archive = ZipBuilder([Member("a.npy", array)])
        archive.comment = Array("made by hand".utf8)
        for count in [0, 1, 512, 65_535 - archive.comment.count] {
            archive.behind = [UInt8](repeating: 0, count: count)
            #expect(code(archive) == nil, "\(count) bytes")
        }
        archive.behind.append(0)
        #expect(code(archive) == .notThisFormat)
        archive.behind = ZipBuilder([Member("b.npy", array)]).bytes
        #expect(code(archive) == .corrupt)
    }

    @Test("two directories in one file are refused, a comment is not") func comments() {
        var commented = ZipBuilder([Member("a.npy", array)])
        commented.comment = Array("made by hand".utf8)
        #expect(code(commented) == nil)
        commented.comment = ZipBuilder([Member("b.npy", array)]).bytes
        #expect(code(commented) == .corrupt)
        var short = ZipBuilder([Member("a.npy", array)])
        short.entryCount = 2
        #expect(code(short) == .corrupt)
        short.entryCount = 0
        #expect(code(short) == .corrupt)
        short.entryCount = nil
        short.directoryOffset = 3
        #expect(code(short) == .corrupt)
    }

    @Test("what is not supported is called so") func unsupported() {
        for bit in [0, 4, 5, 6, 7, 13, 15] {
            #expect(code { $0.flags = 1 << bit } == .unsupportedFeature)
        }
        for method in [1, 9, 12, 14, 93, 99] as [UInt16] {
            #expect(code { $0.method = method } == .unsupportedFeature)
        }
        #expect(code { $0.disk = 1 } == .unsupportedFeature)
        #expect(code { $0.localExtra = [0x75, 0x70, 0, 0] } == .unsupportedFeature)
        #expect(code { $0.extra = [0x75, 0x70, 0, 0] } == .unsupportedFeature)
        var disks = ZipBuilder([Member("a.npy", array)])
        disks.disk = 1
        #expect(code(disks) == .unsupportedFeature)
        #expect(code { $0.data = Array("no array at all".utf8) } == .unsupportedFeature)
    }

    @Test("the checksum of an array without elements counts, in either order")
    func emptyArrays() throws {
        for order in ["False", "True"] {
            for shape in ["(0,)", "(2, 0)", "(0, 3, 2)", "(4, 0, 1, 0)"] {
                let text = "{'descr': '<f4', 'fortran_order': \(order), 'shape': \(shape)}\n"
                var writer = ByteWriter()
                writer.append([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0])
                writer.u16(UInt16(text.utf8.count))
                writer.string(text)
                var member = Member("a.npy", writer.bytes)
                for method: UInt16 in [0, 8] {
                    member.method = method
                    member.stored = method == 8 ? Deflate.compress(member.data) : nil
                    member.crc32 = nil
                    #expect(code(ZipBuilder([member])) == nil, "\(text)")
                    member.crc32 = CRC32.checksum(member.data) ^ 1
                    #expect(code(ZipBuilder([member])) == .checksumMismatch, "\(text)")
                }
            }
        }
    }

    @Test("values that are not what was written are found") func checksums() {
        #expect(code { $0.crc32 = 1 } == .checksumMismatch)
        #expect(
            code { member in
                var damaged = array
                damaged[array.count - 1] ^= 1
                member.stored = damaged
            } == .checksumMismatch)
    }

    @Test("a deflated member has exactly its bytes") func deflated() {
        func code(_ stored: [UInt8], _ byteCount: Int? = nil) -> FormatError.Code? {
            self.code {
                $0.method = 8
                $0.stored = stored
                $0.byteCount = UInt32(byteCount ?? array.count)
            }
        }
        let compressed = Deflate.compress(array)
        #expect(code(compressed) == nil)
        #expect(code(compressed + [0]) == .corrupt)
        #expect(code(Array(compressed.dropLast())) == .corrupt)
        #expect(code(Deflate.compress(array + [0])) == .corrupt)
        #expect(code(Deflate.compress(Array(array.dropLast()))) == .corrupt)
        #expect(code([]) == .corrupt)
        #expect(code([0xFF, 0xFF]) == .corrupt)
    }

    /// The header of an array of bytes.
    private func header(byteCount: Int) -> [UInt8] {
        let text = "{'descr': '|u1', 'fortran_order': False, 'shape': (\(byteCount),)}\n"
        var writer = ByteWriter()
        writer.append(Array(array.prefix(8)))
        writer.u16(UInt16(text.utf8.count))
        writer.string(text)
        return writer.bytes
    }

    @Test("a bomb does not go off") func bomb() throws {
        let byteCount = 1 << 30
        var member = Member("a.npy", header(byteCount: byteCount))
        member.byteCount = UInt32(member.data.count + byteCount)
        #expect(code(ZipBuilder([member])) == .corrupt)
        member.method = 8
        member.stored = Deflate.compress(member.data)
        #expect(code(ZipBuilder([member])) == .corrupt)
        // Possible by its size, and stopped by the limit before anything is unpacked.
        let zeros = header(byteCount: 1 << 21) + Array(repeating: 0, count: 1 << 21)
        var large = Member("a.npy", zeros)
        large.method = 8
        large.stored = Deflate.compress(zeros)
        #expect(code(ZipBuilder([large])) == nil)
        var limits = DecodingLimits()
        limits.tensorByteCount = 1 << 20
        let bytes = ZipBuilder([large]).bytes
        #expect(bytes.count < 1 << 13)
        let reader = try NPZFormat().open(MemorySource(bytes), limits: limits)
        let error = formatError { () throws(FormatError) in try reader.read(0) }
        #expect(error?.code == .limitExceeded)
    }

    @Test("64-bit fields are understood where they stand") func wide() throws {
        func field(_ numbers: [UInt64]) -> [UInt8] {
            var writer = ByteWriter()
            writer.u16(1)
            writer.u16(UInt16(8 * numbers.count))
            for number in numbers { writer.u64(number) }
            return writer.bytes
        }
        let count = UInt64(array.count)
        // As NumPy writes it: wide in the header, narrow in the directory.
        #expect(
            code {
                $0.localByteCount = .max
                $0.localExtra = field([count, count])
            } == nil)
        #expect(
            code {
                $0.localByteCount = .max
                $0.localExtra = field([count, count + 1])
            } == .corrupt)
        #expect(
            code {
                $0.localByteCount = .max
                $0.localExtra = field([count])
            } == .truncated)
        #expect(code { $0.localByteCount = .max } == .corrupt)
        #expect(
            code {
                $0.headerOffset = .max
                $0.extra = field([0])
            } == nil)
        #expect(
            code {
                $0.headerOffset = .max
                $0.extra = field([1])
            } == .corrupt)
        #expect(code { $0.extra = field([0]) + field([0]) } == .corrupt)
        #expect(code { $0.headerOffset = .max } == .truncated)
    }

    @Test("a descriptor must say what the directory says") func descriptors() {
        func descriptor(_ crc: UInt32, _ count: Int, signed: Bool, wide: Bool) -> [UInt8] {
            var writer = ByteWriter()
            if signed { writer.u32(0x0807_4B50) }
            writer.u32(crc)
            for _ in 0..<2 {
                if wide { writer.u64(UInt64(count)) } else { writer.u32(UInt32(count)) }
            }
            return writer.bytes
        }
        let crc = CRC32.checksum(array)
        for signed in [true, false] {
            for wide in [true, false] {
                func code(_ crc: UInt32, _ count: Int) -> FormatError.Code? {
                    self.code {
                        $0.flags = 1 << 3
                        $0.localCRC32 = 0
                        $0.localByteCount = 0
                        $0.behind = descriptor(crc, count, signed: signed, wide: wide)
                    }
                }
                #expect(code(crc, array.count) == nil)
                #expect(code(crc ^ 1, array.count) == .corrupt)
                #expect(code(crc, array.count + 1) == .corrupt)
            }
        }
        #expect(code { $0.flags = 1 << 3 } == .corrupt)
    }

    @Test("no single-bit flip changes what is read in silence") func flips() throws {
        let whole = ZipBuilder([Member("a.npy", array), Member("b.npy", array)]).bytes
        let expected = try read(whole)
        var accepted = 0
        for index in whole.indices {
            for bit in 0..<8 {
                var bytes = whole
                bytes[index] ^= 1 << bit
                guard let found = try? read(bytes) else { continue }
                accepted += 1
                #expect(found.manifest == expected.manifest, "byte \(index), bit \(bit)")
                #expect(found.tensors.map(\.array) == expected.tensors.map(\.array))
            }
        }
        // Dates, attributes and versions: nothing that the archive means.
        #expect(accepted < 8 * 80)
    }
}

import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import TestSupport
import Testing

@Suite("Damage")
struct DamageTests {
    /// What a file of `bytes` says, or the error that it gives: everything is read and verified.
    static func outcome(_ bytes: [UInt8]) -> FormatError? {
        failure {
            let reader = try NativeReader(MemorySource(bytes))
            _ = try Checkpoint(reading: reader)
            try reader.verify()
        }
    }

    /// Files that hold every codec and every kind of region.
    static func fixtures() throws -> [[UInt8]] {
        let small = try Samples.small()
        let (_, trained) = try InitialValueTests.trained(.f32, count: 30, step: 1e-3)
        let appended = try AppendingTests.appended()
        return [
            try write(small), try write(small, options(chunk: 64)),
            try write(small, options(codecs: [.raw])), try write(trained, options(chunk: 256)),
            appended,
        ]
    }

    @Test("Every flip of a single bit is an error (LTFN-H2 LTFN-F2 LTFN-X1 LTFN-D6 LTFN-R3)")
    func flips() throws {
        for fixture in try Self.fixtures() {
            #expect(Self.outcome(fixture) == nil)
            var bytes = fixture
            var silent: [Int] = []
            for bit in 0..<bytes.count * 8 {
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                if Self.outcome(bytes) == nil { silent.append(bit) }
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            }
            #expect(silent == [])
        }
    }

    @Test("Every truncation is an error (LTFN-F1 LTFN-H5)")
    func truncations() throws {
        for fixture in try Self.fixtures().dropLast() {
            for count in 0..<fixture.count {
                let code = Self.outcome(Array(fixture.prefix(count)))?.code
                #expect(code == .truncated, "\(count) bytes")
            }
        }
    }

    @Test("A file that was added to may be cut back to what it was, and nowhere else (LTFN-R4)")
    func truncatedAppend() throws {
        let file = try AppendingTests.appended()
        let old = try AppendingTests.original()
        for count in 0..<file.count {
            let error = Self.outcome(Array(file.prefix(count)))
            #expect((error == nil) == (count == old.count), "\(count) bytes")
        }
    }

    @Test("Appending 1 to 64 bytes, or the whole file, is an error (LTFN-F4)")
    func appends() throws {
        var random = TestBytes(seed: 11)
        for fixture in try Self.fixtures() {
            for count in 1...64 {
                #expect(Self.outcome(fixture + [UInt8](repeating: 0, count: count)) != nil)
                #expect(Self.outcome(fixture + random.bytes(count)) != nil)
                #expect(Self.outcome(fixture + fixture.suffix(count)) != nil)
            }
            #expect(Self.outcome(fixture + fixture)?.rule == "LTFN-F4")
            #expect(Self.outcome(fixture + fixture.suffix(64))?.rule == "LTFN-F4")
            #expect(Self.outcome(fixture + fixture.dropFirst(64)) != nil)
        }
    }

    @Test("No number in any field makes the reader trap or take much memory (LTFN-A1 LTFN-A2)")
    func mutations() throws {
        for fixture in try Self.fixtures() {
            let parts = try #require(FileParts(splitting: fixture))
            // Every place and width in the index, whose checksum is then made right again, and so
            // is the content digest.
            for width in [1, 2, 4, 8] {
                for start in 0..<max(0, parts.index.count - width + 1) {
                    let value = (0..<width).reduce(UInt64(0)) {
                        $0 | UInt64(parts.index[start + $1]) << UInt64(8 * $1)
                    }
                    for number in BoundaryNumbers.around(value, byteCount: width) {
                        var mutant = parts
                        for place in 0..<width {
                            mutant.index[start + place] = UInt8(
                                truncatingIfNeeded: number >> UInt64(8 * place))
                        }
                        mutant.signContent()
                        Self.check(mutant.file)
                    }
                }
            }
        }
    }

    /// Reads a mutant as far as it goes; what is accepted must be written the same again.
    static func check(_ bytes: [UInt8]) {
        var limits = DecodingLimits()
        limits.expandedByteCount = 1 << 20
        do {
            let reader = try NativeReader(MemorySource(bytes), limits: limits)
            let again = try reader.reencodedIndex()
            #expect(try reader.indexBytes() == again)
            for number in reader.manifest.variables.indices { _ = try? reader.read(number) }
        } catch {
            #expect(error.code != .io && error.format == "ltfn" && error.rule != nil, "\(error)")
        }
    }

    @Test("No number in the footer makes the reader trap (LTFN-F7 LTFN-F9)")
    func footerMutations() throws {
        let fixture = try write(Samples.small())
        for width in [1, 2, 4, 8] {
            for start in 0...(52 - width) {
                for number in BoundaryNumbers.around(64, byteCount: width) {
                    var bytes = fixture
                    let footer = bytes.count - 64
                    for place in 0..<width {
                        bytes[footer + start + place] = UInt8(
                            truncatingIfNeeded: number >> UInt64(8 * place))
                    }
                    let checksum = CRC32C.checksum(Array(bytes[footer..<footer + 52]))
                    for place in 0..<4 {
                        bytes[footer + 52 + place] = UInt8(
                            truncatingIfNeeded: checksum >> UInt32(8 * place))
                    }
                    Self.check(bytes)
                }
            }
        }
    }

    @Test("No number in the header makes the reader trap (LTFN-H3 LTFN-H4)")
    func headerMutations() throws {
        let fixture = try write(Samples.small())
        for width in [1, 2, 4, 8] {
            for start in 8...(60 - width) {
                for number in BoundaryNumbers.around(1, byteCount: width) {
                    var bytes = fixture
                    for place in 0..<width {
                        bytes[start + place] = UInt8(
                            truncatingIfNeeded: number >> UInt64(8 * place))
                    }
                    let checksum = CRC32C.checksum(Array(bytes[..<60]))
                    for place in 0..<4 {
                        bytes[60 + place] = UInt8(
                            truncatingIfNeeded: checksum >> UInt32(8 * place))
                    }
                    #expect(Claims.firstBroken(by: bytes) == nil)
                }
            }
        }
    }

    @Test(
        "No number in stored bytes makes the reader trap (LTFN-C2 LTFN-C3 LTFN-C4 LTFN-C6 LTFN-C7)")
    func storedMutations() throws {
        var count = 0
        for fixture in try Self.packedFixtures() {
            let parts = try #require(FileParts(splitting: fixture))
            for record in IndexMap(parts.index).recordStarts
            where [2, 4].contains(parts.index[record]) {
                let range = try #require(parts.storedRange(ofRecordAt: record))
                // Heads are at the front, what follows is streams of bits.
                for start in range.prefix(36) {
                    for width in [1, 2, 4] where start + width <= range.upperBound {
                        let value = (0..<width).reduce(UInt64(0)) {
                            $0 | UInt64(parts.chunks[start + $1]) << UInt64(8 * $1)
                        }
                        for number in BoundaryNumbers.around(value, byteCount: width) {
                            var mutant = parts
                            for place in 0..<width {
                                mutant.chunks[start + place] = UInt8(
                                    truncatingIfNeeded: number >> UInt64(8 * place))
                            }
                            mutant.sign()
                            #expect(Claims.firstBroken(by: mutant.file) == nil)
                            count += 1
                        }
                    }
                }
            }
        }
        #expect(count > 2_000)
    }

    /// Files with planes and residuals.
    private static func packedFixtures() throws -> [[UInt8]] {
        var random = TestBytes(seed: 5)
        let values = (0..<64).flatMap { _ in Samples.bytes(random.normal()) }
        let planes = try Samples.single(.f32, [64], values)
        let (_, trained) = try InitialValueTests.trained(.f32, count: 8, step: 1e-3)
        let (_, half) = try InitialValueTests.trained(.f16, count: 8, step: 1e-3)
        return [
            try write(planes, options(codecs: [.raw, .planes])), try write(trained),
            try write(half),
        ]
    }
}

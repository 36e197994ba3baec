import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNConversion
import Testing

/// What a reader does with files that nobody wrote like this: never a trap, always a typed error
/// or a checkpoint that is sound in itself.
@Suite("Damaged files of every format") struct DamageTests {
    typealias Subject = ConformanceTests.Subject

    static let formats = ConformanceTests.formats

    /// Opens and reads everything.
    private func read(_ subject: Subject, _ bytes: [UInt8]) throws(FormatError) -> Checkpoint {
        try Checkpoint(reading: subject.open(bytes), memoryLimit: 1 << 28)
    }

    @Test("every truncation is an error, or takes only padding and is told", arguments: formats)
    func truncation(subject: Subject) throws {
        let whole = try subject.sample()
        let expected = try read(subject, whole)
        for length in 0..<whole.count {
            let bytes = Array(whole[..<length])
            guard let found = try? read(subject, bytes) else { continue }
            #expect(found.manifest == expected.manifest, "\(length) bytes")
            #expect(found.tensors.map(\.array) == expected.tensors.map(\.array))
            #expect(try subject.open(bytes).notes.contains { $0.contains("padding") })
        }
    }

    @Test("bytes after the end are an error, or passed over and told", arguments: formats)
    func appended(subject: Subject) throws {
        let whole = try subject.sample()
        for count in 1...64 {
            for byte in [0, 0x20, 0xFF] as [UInt8] {
                let bytes = whole + Array(repeating: byte, count: count)
                guard subject.format.traits.toleratesTail else {
                    #expect(throws: FormatError.self) { try read(subject, bytes) }
                    continue
                }
                let (found, expected) = (try read(subject, bytes), try read(subject, whole))
                #expect(found.manifest == expected.manifest)
                #expect(found.tensors.map(\.array) == expected.tensors.map(\.array))
                #expect(try subject.open(bytes).notes.contains { $0.contains("after the end") })
            }
        }
        #expect(throws: FormatError.self) { try read(subject, whole + whole) }
        #expect(throws: FormatError.self) { try read(subject, [0] + whole) }
    }

    @Test("every single-bit flip is an error or a sound checkpoint", arguments: formats)
    func flips(subject: Subject) throws {
        let whole = try subject.sample()
        for index in whole.indices {
            for bit in 0..<8 {
                var bytes = whole
                bytes[index] ^= 1 << bit
                expectSound(subject, bytes)
            }
        }
    }

    @Test("every number in the file may be anything", arguments: formats)
    func numbers(subject: Subject) throws {
        let whole = try subject.sample()
        let extremes: [UInt64] = [
            0, 1, .max, 1 << 31 - 1, 1 << 31, 1 << 32 - 1, 1 << 32, 1 << 53 + 1, 1 << 63 - 1,
            1 << 63,
        ]
        for byteCount in [2, 4, 8] {
            for start in 0...(whole.count - byteCount) {
                for value in extremes {
                    var bytes = whole
                    for index in 0..<byteCount {
                        bytes[start + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
                    }
                    expectSound(subject, bytes)
                }
            }
        }
    }

    @Test("random mutations", arguments: formats)
    func mutations(subject: Subject) throws {
        let whole = try subject.sample()
        var random = Random(seed: 7)
        for _ in 0..<5_000 {
            var bytes = whole
            for _ in 0...random.below(4) { random.mutate(&bytes) }
            expectSound(subject, bytes)
        }
    }

    @Test("noise", arguments: formats)
    func noise(subject: Subject) throws {
        var random = Random(seed: 9)
        for _ in 0..<1_000 { expectSound(subject, random.bytes(random.below(200))) }
    }

    /// Whatever is accepted has the tensors that it describes.
    private func expectSound(_ subject: Subject, _ bytes: [UInt8]) {
        guard let reader = try? subject.open(bytes) else { return }
        for (index, variable) in reader.manifest.variables.enumerated() {
            guard variable.tensor.byteCount < 1 << 24 else { continue }
            if let tensor = try? reader.read(index) { #expect(tensor.info == variable.tensor) }
        }
    }
}

extension Random {
    fileprivate mutating func mutate(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        let index = below(bytes.count)
        switch below(6) {
        case 0: bytes[index] = UInt8(truncatingIfNeeded: next())
        case 1: bytes.remove(at: index)
        case 2: bytes.insert(UInt8(truncatingIfNeeded: next()), at: index)
        case 3:
            let other = below(bytes.count)
            bytes.swapAt(index, other)
        case 4:
            let end = min(bytes.count, index + 1 + below(16))
            bytes.insert(contentsOf: Array(bytes[index..<end]), at: below(bytes.count))
        default:
            // Digits become other digits: numbers in text.
            if (0x30...0x39).contains(bytes[index]) { bytes[index] = 0x30 + UInt8(below(10)) }
        }
    }
}

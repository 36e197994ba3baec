import Foundation
import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNConversion
import Testing

/// Mutants of good files, as many as `LTFN_FUZZ_RUNS` says for each format (3,000 unless told).
///
/// Nothing traps, nothing hangs, and whatever is accepted can be written again and read as the
/// same.
@Suite("Mutants of every format") struct FuzzTests {
    typealias Subject = ConformanceTests.Subject

    static let formats = ConformanceTests.formats
    static let runCount =
        ProcessInfo.processInfo.environment["LTFN_FUZZ_RUNS"].flatMap { Int($0) } ?? 3_000
    static let seed =
        ProcessInfo.processInfo.environment["LTFN_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1

    /// Small files to begin with: our own of every kind, and those of the real tools.
    private func corpus(_ subject: Subject) throws -> [[UInt8]] {
        var files: [[UInt8]] = []
        for specimen in Specimen.all where subject.plan(specimen).isExecutable {
            files.append(try subject.encoded(specimen.checkpoint))
        }
        for name in ["numpy", "safetensors", "pytorch"].flatMap(Fixtures.names)
        where subject.format.traits.fileExtensions.contains(where: { name.hasSuffix("." + $0) }) {
            files.append(try Fixtures.bytes(name))
        }
        return files.filter { $0.count < 8192 }
    }

    @Test("are refused with an error, or are sound", arguments: formats)
    func mutants(subject: Subject) throws {
        let corpus = try corpus(subject)
        #expect(corpus.count > 10)
        var random = Random(seed: Self.seed)
        var accepted = 0
        for run in 0..<Self.runCount {
            var bytes = corpus[random.below(corpus.count)]
            for _ in 0...random.below(3) {
                mutate(&bytes, with: corpus[random.below(corpus.count)], &random)
            }
            guard let checkpoint = try? read(subject, bytes) else { continue }
            accepted += 1
            // One in a hundred is enough: writing costs far more than refusing.
            if run % 100 == 0 { try expectRewritable(subject, checkpoint) }
        }
        #expect(accepted > 0)
    }

    private func read(_ subject: Subject, _ bytes: [UInt8]) throws(FormatError) -> Checkpoint {
        var limits = DecodingLimits()
        limits.tensorByteCount = 1 << 20
        return try Checkpoint(
            reading: subject.format.open(MemorySource(bytes), limits: limits),
            memoryLimit: 1 << 22)
    }

    private func expectRewritable(_ subject: Subject, _ checkpoint: Checkpoint) throws {
        let losses = subject.format.losses(writing: checkpoint.manifest)
        if losses.contains(where: { $0.subject == .values }) { return }
        let again = try read(subject, subject.encoded(checkpoint))
        #expect(again.tensors.map(\.array) == checkpoint.tensors.map(\.array))
        if losses.isEmpty { #expect(again.manifest == checkpoint.manifest) }
    }

    private func mutate(
        _ bytes: inout [UInt8], with other: [UInt8], _ random: inout Random
    ) {
        guard !bytes.isEmpty else { return }
        let index = random.below(bytes.count)
        switch random.below(8) {
        case 0: bytes[index] ^= 1 << UInt8(random.below(8))
        case 1: bytes[index] = UInt8(truncatingIfNeeded: random.next())
        case 2: bytes.removeSubrange(index..<min(bytes.count, index + 1 + random.below(8)))
        case 3: bytes.insert(contentsOf: Self.words[random.below(Self.words.count)], at: index)
        case 4:
            let start = random.below(max(other.count, 1))
            let end = min(other.count, start + 1 + random.below(64))
            if start < end { bytes.insert(contentsOf: other[start..<end], at: index) }
        case 5: bytes.removeSubrange(index...)
        case 6: number(&bytes, at: index, &random)
        default:
            // A digit of a number in text becomes another one.
            if let digit = bytes[index...].firstIndex(where: { (0x30...0x39).contains($0) }) {
                bytes[digit] = 0x30 + UInt8(random.below(10))
            }
        }
    }

    /// Writes a number that is likely to be at some edge.
    private func number(_ bytes: inout [UInt8], at index: Int, _ random: inout Random) {
        let edges: [UInt64] = [
            0, 1, 0xFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 32, 1 << 53, 1 << 62, 1 << 63 - 1,
            1 << 63, .max,
        ]
        let value = edges[random.below(edges.count)] &+ UInt64(random.below(3)) &- 1
        let byteCount = [1, 2, 4, 8][random.below(4)]
        for step in 0..<byteCount where index + step < bytes.count {
            bytes[index + step] = UInt8(truncatingIfNeeded: value >> (8 * step))
        }
    }

    private static let words: [[UInt8]] = [
        "\"", "{", "}", "[", "]", ",", ":", "'", "(", ")", "\\u0000", "\\", "-", "1e9", "null",
        "True",
        "\"dtype\":\"F4\"", "\"shape\":[]", "__metadata__", "ltfn.manifest", "9223372036854775807",
        "18446744073709551616", "|O", ">c16", "PK\u{1}\u{2}", "PK\u{3}\u{4}", "PK\u{5}\u{6}",
        "PK\u{6}\u{7}", "\u{1}\u{0}\u{8}\u{0}", "\u{FF}", "\u{0}\u{0}\u{0}\u{0}",
    ].map { Array($0.utf8) }
}

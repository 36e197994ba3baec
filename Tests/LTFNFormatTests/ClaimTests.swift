import Foundation
import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import Testing

/// What the fuzzer claims, without the fuzzer: over the files that it kept, the vectors, and some
/// thousand mutants of them.
@Suite("Claims")
struct ClaimTests {
    static let folder = GoldenFileTests.folder.deletingLastPathComponent().appending(path: "fuzz")

    static func kept() throws -> [(name: String, bytes: [UInt8])] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted().map {
            ($0, try [UInt8](Data(contentsOf: folder.appending(path: $0))))
        }
    }

    static func vectors() throws -> [[UInt8]] {
        try ValidCase.all().map(\.file) + InvalidCase.all.map(\.file)
    }

    @Test("Every claim holds for every file that the fuzzer kept (LTFN-A1 LTFN-A4)")
    func corpus() throws {
        let kept = try Self.kept()
        #expect(kept.count > 100)
        for (name, bytes) in kept {
            let broken = Claims.firstBroken(by: bytes)
            #expect(broken == nil, "\(name)")
        }
    }

    @Test("Every claim holds for every vector (LTFN-A1)")
    func claimsOfVectors() throws {
        for bytes in try Self.vectors() { #expect(Claims.firstBroken(by: bytes) == nil) }
    }

    @Test("Every claim holds for mutants whose checksums are right (LTFN-A1)")
    func mutants() throws {
        var random = Random(seed: 1)
        let seeds = try Self.vectors() + Self.kept().map(\.bytes)
        var accepted = 0
        for _ in 0..<4_000 {
            var mutator = Mutator(seed: random.next(), maximumByteCount: 4096) { bytes, _ in
                var bytes = bytes
                let place = random.below(bytes.count)
                if !bytes.isEmpty { bytes[place] = UInt8(truncatingIfNeeded: random.next()) }
                return bytes
            }
            let seed = seeds[random.below(seeds.count)]
            let bytes =
                random.oneIn(4)
                ? mutator.cross(seed, with: seeds[random.below(seeds.count)])
                : mutator.mutate(seed)
            #expect(Claims.firstBroken(by: bytes) == nil)
            if (try? NativeReader(MemorySource(bytes))) != nil { accepted += 1 }
        }
        // Mutants that are all refused would prove little.
        #expect(accepted > 400)
    }

    @Test("A variable without values needs its base file to be sound (LTFN-C9)")
    func emptyRelativeToBase() throws {
        let empty = try Samples.single(.u8, [0], [])
        let base = try NativeReader(
            MemorySource(try write(try Samples.single(.u8, [1], [1]))))
        let index = Index(
            manifest: empty.manifest, digests: ValueHash.digest([]).bytes, storages: [.base(0)],
            chunks: [], bases: [base.contentDigest])
        let file = try index.file(chunks: [])
        let reader = try NativeReader(MemorySource(file), bases: [base])
        #expect(failure { _ = try reader.read(0) }?.rule == "LTFN-C9")
        #expect(failure { try reader.verify() }?.rule == "LTFN-C9")
    }
}

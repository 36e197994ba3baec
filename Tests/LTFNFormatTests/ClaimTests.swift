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

    @Test("A base that several bases need counts once toward what may be expanded (LTFN-D8)")
    func sharedBase() throws {
        let ground = try write(try Samples.single(.u8, [1], [1]))
        var level = [try NativeReader(MemorySource(ground))]
        var byteCount = ground.count
        let info = try TensorInfo(dtype: .u8, shape: TensorShape([1]))
        for depth in 0..<5 {
            // Each of six files is relative to each of the six below.
            level.sort { $0.contentDigest.bytes.lexicographicallyPrecedes($1.contentDigest.bytes) }
            let storages = (0..<6).map { VariableStorage.base(UInt16($0 % level.count)) }
            var next: [NativeReader] = []
            var nextByteCount = 0
            for number in 0..<6 {
                let variables = try (0..<6).map {
                    VariableInfo(name: try VariableName("\(depth) \(number) \($0)"), tensor: info)
                }
                let index = Index(
                    manifest: try Manifest(variables: variables),
                    digests: [UInt8](repeating: 1, count: 6 * 32), storages: storages, chunks: [],
                    bases: level.map(\.contentDigest))
                let file = try index.file(chunks: [])
                let reader = try NativeReader(MemorySource(file), bases: level)
                #expect(reader.baseByteCount == UInt64(byteCount))
                next.append(reader)
                nextByteCount += file.count
            }
            byteCount += nextByteCount
            level = next
        }
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

import LTFNBytes
import LTFNCheckpoint
import LTFNFormat

/// Files that take their values from base files, which are cut in another way.
extension HostileFiles {
    /// A file with the base files that it needs.
    public struct Related: Sendable {
        public var file: Case
        public var bases: [[UInt8]]
    }

    private static let byteCount = 64 << 20
    /// A residual of one symbol, 0, for all words: nothing is changed.
    private static let unchanged: [UInt8] = [1, 0, 0, 0x40, 0]

    /// - Throws: `corrupt` when a case cannot be built, which is a mistake in it.
    public static func related() throws(FormatError) -> [Related] {
        // 64 MiB of zeros in 8 chunks, each a deflate stream of 8 KB.
        let zeros = [UInt8](repeating: 0, count: 8 << 20)
        let stream = Deflate.compress(zeros, level: 9, framing: .raw)
        var head = ByteWriter()
        head.u32(2 << 30 | UInt32(stream.count))
        var base = HostileDraft()
        try base.addChunks(
            .planes, .u8, [byteCount], exponent: 23, stored: head.bytes + stream)

        let (fine, _) = try file(.base, exponent: 14, base: base, number: 0)
        let (second, secondFile) = try file(.base, exponent: 18, base: base, number: 1)
        let (third, thirdFile) = try file(
            .baseResidual, exponent: 23, stored: unchanged, base: second, number: 2)
        let (fourth, _) = try file(.base, exponent: 18, base: third, number: 3)
        let baseFile = try base.file
        let middles = try (4..<8).map { number throws(FormatError) in
            try file(.base, exponent: 26, base: base, number: number)
        }
        var alternating = HostileDraft()
        alternating.bases = try middles.map { draft, _ throws(FormatError) in
            try draft.contentDigest
        }.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        try alternating.addChunks(.base, .u8, [byteCount], exponent: 16, stored: [])
        for number in alternating.chunks.indices {
            alternating.chunks[number].base = UInt16(number % middles.count)
        }
        return [
            Related(
                file: try one("alternating-between-bases", alternating),
                bases: [baseFile] + middles.map(\.1)),
            Related(file: try one("finer-than-its-base", fine), bases: [baseFile]),
            Related(
                file: try one("finer-and-coarser-in-turn", fourth),
                bases: [baseFile, secondFile, thirdFile]),
        ]
    }

    /// A file whose values are those of `base`.
    ///
    /// - Parameter number: makes the content another one.
    private static func file(
        _ codec: Codec, exponent: UInt8, stored: [UInt8] = [], base: HostileDraft, number: Int
    ) throws(FormatError) -> (HostileDraft, [UInt8]) {
        var draft = HostileDraft()
        draft.metadata = ["number": .i64(Int64(number))]
        draft.bases = [try base.contentDigest]
        try draft.addChunks(codec, .u8, [byteCount], exponent: exponent, stored: stored)
        return (draft, try draft.file)
    }
}

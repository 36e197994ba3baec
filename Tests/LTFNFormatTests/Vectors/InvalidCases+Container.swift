import LTFNBytes
import LTFNFormat

private let three = Draft.three

/// `three` after a file of its own kind, whose index and footer are retired.
private var retiring: Draft {
    let old = three.file
    var draft = three
    draft.chunks += Array(old[three.indexOffset...])
    draft.retired = [
        retired(old, three.indexOffset, three.footerOffset, 1),
        retired(old, three.footerOffset, old.count, 2),
    ]
    return draft
}

private func retired(_ file: [UInt8], _ start: Int, _ end: Int, _ kind: UInt32) -> [UInt8] {
    Draft.u64(UInt64(start)) + Draft.u64(UInt64(end - start))
        + Draft.u32(CRC32C.checksum(Array(file[start..<end]))) + Draft.u32(kind)
}

extension InvalidCase {
    static let container = header + footer + regions

    private static let header = [
        InvalidCase(
            "H1", "magic", .notThisFormat, at: 0, .open,
            parts: overwriting(three.parts, at: 1, with: [0x50])),
        InvalidCase(
            "H1", "within-the-magic", .truncated, at: 5, .open,
            parts: [("header: magic, cut", Array(three.file.prefix(5)))]),
        InvalidCase(
            "H5", "too-short", .truncated, at: 223, .open,
            parts: [("the front of a file", Array(three.file.prefix(223)))]),
        InvalidCase(
            "H2", "checksum", .checksumMismatch, at: 0, .open,
            parts: overwriting(three.parts, at: 60, with: [0, 0, 0, 0])),
        InvalidCase(
            "H3", "major-version", .unsupportedVersion, at: 8,
            changing(three) { $0.headerChanges = [8: 2] }),
        InvalidCase(
            "H4", "reserved", at: 40, changing(three) { $0.headerChanges = [40: 1] }),
    ]

    private static let footer = [
        InvalidCase(
            "F1", "end-magic", .truncated, at: three.footerOffset + 56, .open,
            parts: overwriting(three.parts, at: three.footerOffset + 63, with: [0])),
        InvalidCase(
            "F1", "cut", .truncated, at: three.file.count - 9, .open,
            parts: [("all but a byte", Array(three.file.dropLast()))]),
        InvalidCase(
            "F1", "something-added", .truncated, at: three.file.count - 7, .open,
            parts: three.parts + [("added", [0])]),
        InvalidCase(
            "F2", "checksum", .checksumMismatch, at: three.footerOffset, .open,
            parts: overwriting(three.parts, at: three.footerOffset + 52, with: [0, 0, 0, 0])),
        InvalidCase(
            "F3", "major-version", .unsupportedVersion, at: three.footerOffset + 44,
            changing(three) { $0.footerChanges = [44: 2] }),
        InvalidCase(
            "F3", "minor-version-below-the-header", at: three.footerOffset + 46,
            changing(three) { $0.headerChanges = [10: 1] }),
        InvalidCase(
            "F4", "two-files-joined", .corrupt, at: 2 * three.file.count - 48, .open,
            parts: [("a file", three.file), ("another file", three.file)]),
        InvalidCase(
            "F5", "unknown-feature", .unsupportedFeature, at: three.footerOffset + 24,
            changing(three) { $0.features = 1 << 17 }),
        InvalidCase(
            "F6", "reserved", at: three.footerOffset + 48,
            changing(three) { $0.footerChanges = [51: 1] }),
        InvalidCase(
            "F7", "index-not-before-the-footer", at: three.footerOffset,
            changing(three) { $0.footerChanges = [8: 200] }),
        InvalidCase(
            "F7", "index-in-the-header", at: three.footerOffset,
            changing(three) {
                $0.footerChanges = [0: 63, 8: UInt8(three.footerOffset - 63)]
            }),
        InvalidCase(
            "F7", "overflow", at: three.footerOffset,
            changing(three) {
                for place in 0..<16 { $0.footerChanges[place] = 255 }
            }),
        InvalidCase(
            "F9", "unused-feature", at: three.footerOffset + 24, changing(three) { $0.features = 1 }
        ),
        InvalidCase(
            "F9", "missing-feature", at: Draft.untrained.footerOffset + 24,
            changing(Draft.untrained) { $0.features = 0 }),
    ]

    private static let regions = [
        InvalidCase(
            "R1", "hole-before-the-index", at: 131,
            changing(three) { $0.chunks += [UInt8](repeating: 0, count: 64) }),
        InvalidCase(
            "R1", "hole-before-a-chunk", at: 128,
            changing(three) {
                $0.chunks = [UInt8](repeating: 0, count: 64) + [1, 2, 3]
                $0.table = [Draft.chunk(0, [1, 2, 3], at: 128)]
            }),
        InvalidCase(
            "R1", "overlap", at: 64,
            changing(three) {
                $0.variables.append(Draft.variable(Array("x".utf8)))
                $0.table.append($0.table[0])
            }),
        InvalidCase(
            "R2", "raw-chunk-not-aligned", at: 65,
            changing(three) {
                $0.chunks = [0, 1, 2, 3]
                $0.table = [Draft.chunk(0, [1, 2, 3], at: 65)]
            }),
        InvalidCase(
            "R2", "padding-before-a-packed-chunk", at: 66,
            changing(
                .single(
                    dtype: 10, shape: [3], values: [7, 7, 7], codec: 1, stored: [7])
            ) {
                $0.chunks = [0, 0, 7]
                $0.table = [Draft.chunk(1, [7], at: 66)]
            }),
        InvalidCase(
            "R3", "padding", at: 100, .read,
            changing(three) {
                $0.variables.append(Draft.variable(Array("x".utf8)))
                var padding = [UInt8](repeating: 0, count: 61)
                padding[33] = 1
                $0.chunks = [1, 2, 3] + padding + [1, 2, 3]
                $0.table.append(Draft.chunk(0, [1, 2, 3], at: 128))
            }),
        InvalidCase(
            "X9", "order", at: retiring.retiredOffset + 24,
            changing(retiring) { $0.retired.swapAt(0, 1) }),
        InvalidCase(
            "X9", "kind", at: retiring.retiredOffset, changing(retiring) { $0.retired[0][20] = 4 }),
        InvalidCase(
            "X9", "empty", at: retiring.retiredOffset + 48,
            changing(retiring) {
                $0.retired.append(
                    Draft.u64(UInt64($0.indexOffset)) + Draft.u64(0) + Draft.u32(0)
                        + Draft.u32(3))
            }),
        InvalidCase(
            "X9", "behind-the-index", at: retiring.retiredOffset,
            changing(retiring) { $0.retired[0].replaceSubrange(8..<16, with: Draft.u64(.max)) }),
        InvalidCase(
            "X10", "retired-bytes", .checksumMismatch, at: three.indexOffset, .verify,
            changing(retiring) { $0.chunks[50] ^= 1 }),
    ]
}

extension Draft {
    /// A variable of four zeros that is stored as its initial values.
    static var untrained: Draft {
        let zeros = [UInt8](repeating: 0, count: 16)
        var draft = Draft()
        draft.variables = [
            variable(
                Array("w".utf8), dtype: 16, shape: [4], holder: SHA256.digest(zeros).bytes,
                initializer: initializer(1, digest: SHA256.digest(zeros).bytes), storage: [1])
        ]
        draft.features = 1
        return draft
    }

    /// An initializer's record.
    static func initializer(
        _ kind: UInt8, presence: UInt8? = nil, parameters: [UInt8] = [], version: UInt32 = 1,
        digest: [UInt8] = []
    ) -> [UInt8] {
        var record = [kind, presence ?? (digest.isEmpty ? 0 : 2)] + parameters
        record += u64(5) + u64(6)
        if !digest.isEmpty { record += u32(version) + digest }
        return record
    }
}

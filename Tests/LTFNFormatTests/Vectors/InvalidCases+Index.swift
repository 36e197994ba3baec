import LTFNBytes
import LTFNFormat

private let three = Draft.three

private func described(_ bytes: [UInt8]) -> Draft {
    changing(three) { $0.metadata = bytes }
}

/// A map of one entry, "k".
private func entry(_ value: [UInt8]) -> Draft {
    described(Draft.u64(1) + Draft.text("k") + value)
}

/// Where the value of `entry` stands.
private let valueOffset = three.metadataOffset + 8 + 9

extension InvalidCase {
    static let index = [
        InvalidCase(
            "X1", "checksum", .checksumMismatch, at: three.indexOffset,
            changing(three) { $0.footerChanges = [40: 0, 41: 0] }),
        InvalidCase(
            "X2", "magic", at: three.indexOffset, changing(three) { $0.indexMagic[7] = 0 }),
        InvalidCase(
            "X3", "sections-do-not-add-up", at: three.indexOffset,
            changing(three) { $0.chunkCount = 2 }),
        InvalidCase(
            "X3", "overflow", at: three.indexOffset, changing(three) { $0.chunkCount = .max }),
        InvalidCase(
            "X3", "more-variables-than-bytes", at: three.indexOffset,
            changing(three) { $0.variableCount = 1000 }),
        InvalidCase(
            "X4", "metadata-left-over", at: three.metadataOffset + 8,
            described(Draft.u64(0) + [0])),
        InvalidCase(
            "X4", "variables-left-over", at: three.storageOffset(0) + 2,
            changing(three) { $0.variables[0].storage += [0] }),
        InvalidCase(
            "X5", "content-digest", at: three.indexOffset + 8,
            changing(three) { $0.contentDigest = [UInt8](repeating: 1, count: 32) }),
        InvalidCase(
            "X6", "order", at: three.basesOffset + 32,
            changing(three) {
                $0.bases = [
                    [UInt8](repeating: 2, count: 32), [UInt8](repeating: 1, count: 32),
                ]
            }),
        InvalidCase(
            "X6", "unused", at: three.basesOffset,
            changing(three) { $0.bases = [[UInt8](repeating: 2, count: 32)] }),
        InvalidCase(
            "X7", "chunk-count", at: three.indexOffset + 48,
            changing(three) {
                $0.table.append(Draft.chunk(0, [1, 2, 3], at: 64))
            }),
        InvalidCase(
            "X8", "index-byte-count", .limitExceeded, at: three.footerOffset + 8, three
        ).limited(["indexByteCount": 100]),
        InvalidCase(
            "X8", "variable-count", .limitExceeded, at: three.indexOffset + 40, three
        ).limited(["variableCount": 0]),
    ]

    static let metadata: [InvalidCase] = [
        InvalidCase(
            "A2", "entries-beyond-the-section", at: three.metadataOffset,
            described(Draft.u64(1000))),
        InvalidCase(
            "A2", "value-beyond-the-section", at: valueOffset + 1,
            entry([5] + Draft.u64(100) + [UInt8](repeating: 0x61, count: 5))),
        InvalidCase(
            "A3", "text-not-utf-8", at: valueOffset + 9, entry([5] + Draft.u64(1) + [0xFF])),
        InvalidCase(
            "M1", "order", at: three.metadataOffset + 8 + 11,
            described(
                Draft.u64(2) + Draft.text("b") + [1, 0] + Draft.text("a") + [1, 0])),
        InvalidCase(
            "M1", "double", at: three.metadataOffset + 8 + 11,
            described(
                Draft.u64(2) + Draft.text("a") + [1, 0] + Draft.text("a") + [1, 0])),
        InvalidCase("M2", "tag", at: valueOffset, entry([9, 0])),
        InvalidCase("M3", "bool", at: valueOffset + 1, entry([1, 2])),
        InvalidCase(
            "M4", "depth", at: valueOffset + 64 * 9,
            entry((0..<65).flatMap { _ in [7] + Draft.u64(1) } + [1, 0])),
    ]

    static let graph = [
        graph("G1", "operation", .unsupportedFeature, at: 51, layer: [6]),
        graph("G2", "scale", at: 18, layer: [2], scale: .nan),
        graph("G2", "offset", at: 26, layer: [2], offset: .infinity),
        graph(
            "G3", "optional-variable", at: 61, layer: [5] + Draft.text("w") + [2]),
        graph(
            "G3", "padding", at: 84,
            layer: [3] + (0..<4).flatMap { _ in Draft.u64(1) } + [2]),
        graph(
            "G4", "zero-stride", at: 68,
            layer: [3] + [1, 1, 0, 1].flatMap { Draft.u64($0) } + [0]),
        graph(
            "G4", "huge-window", at: 52,
            layer: [3] + [1 << 63, 1, 1, 1].flatMap { Draft.u64($0) } + [0]),
        graph("G4", "huge-input", at: 10, layer: [2], dimension: .max),
        graph("G5", "name", at: 52, layer: [5] + Draft.text("") + [0]),
    ]

    /// A graph "g" with an input of one dimension and one layer "l".
    private static func graph(
        _ rule: String, _ name: String, _ code: FormatError.Code = .corrupt, at offset: Int,
        layer: [UInt8], scale: Double = 1, offset shift: Double = 0, dimension: UInt64 = 3
    ) -> InvalidCase {
        let draft = changing(three) {
            $0.graph = Draft.text("g") + [1] + Draft.u64(dimension) + Draft.f64(scale)
            $0.graph += Draft.f64(shift) + Draft.u64(1) + Draft.text("l") + layer
        }
        return InvalidCase(rule, name, code, at: draft.graphOffset + offset, draft)
    }
}

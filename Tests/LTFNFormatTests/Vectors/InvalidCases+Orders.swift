import LTFNBytes

private let three = Draft.three
private let letter = Array("w".utf8)

/// Files that break a rule in two places, two rules, or seem to: a reader names what it has to
/// check first.
extension InvalidCase {
    static let orders = [
        InvalidCase(
            "M1", "before-the-value", at: three.metadataOffset + 8 + 11,
            changing(three) {
                $0.metadata =
                    Draft.u64(2) + Draft.text("b") + [1, 0] + Draft.text("a") + [9, 0]
            }),
        InvalidCase(
            "X7", "of-few-bits", at: three.indexOffset + 48,
            changing(three) {
                // 2^63 - 1 elements of 2 bits: more bits than 2^63, but not as many bytes.
                $0.variables = [
                    Draft.variable(letter, dtype: 8, shape: [UInt64(Int64.max)])
                ]
            }),
        InvalidCase(
            "X9", "before-the-variables", at: three.retiredOffset,
            changing(three) {
                $0.retired = [Draft.u64(.max) + Draft.u64(1) + Draft.u32(0) + Draft.u32(1)]
                $0.variables[0].storage[0] = 9
            }),
        InvalidCase(
            "V5", "before-the-section-ends", at: three.variablesOffset + 4,
            changing(three) {
                // The second dimension of three is not there.
                $0.variables[0].content =
                    Draft.u16(1) + letter + [10, 3] + Draft.u64(3) + Draft.u64(.max)
            }),
        InvalidCase(
            "N1", "before-the-presence", .unsupportedFeature,
            at: initializerOffset, initialized(Draft.initializer(16, presence: 4))),
        InvalidCase(
            "N5", "before-the-parameters", at: initializerOffset + 1,
            initialized([15, 2] + Draft.u64(.max))),
        InvalidCase(
            "D2", "before-a-later-codec", at: three.tableOffset + another.byteCount,
            changing(three) {
                $0.variables.append(another)
                $0.table = [
                    Draft.chunk(0, [1, 2, 3], at: 64, reserved: 1), Draft.chunk(8),
                ]
            }),
        InvalidCase(
            "D3", "before-the-content-digest", at: three.tableOffset,
            changing(three) {
                $0.table = [Draft.chunk(0, [1, 2], at: 64)]
                $0.contentDigest = [UInt8](repeating: 1, count: 32)
            }),
        InvalidCase(
            "D4", "behind-all-records", at: three.tableOffset + another.byteCount - 3,
            changing(three) {
                $0.chunks = []
                $0.variables.append(another)
                $0.table = [Draft.chunk(7, at: 5), Draft.chunk(7, at: 5)]
            }),
        InvalidCase(
            "D7", "before-a-reference", at: three.tableOffset + another.byteCount + 24,
            changing(three) {
                $0.variables.append(another)
                $0.table = [Draft.chunk(7, at: 5), Draft.chunk(0, [1, 2, 3], at: 1 << 40)]
            }),
        InvalidCase(
            "X5", "before-the-use-of-bases", at: three.indexOffset + 8,
            changing(three) {
                $0.bases = [[UInt8](repeating: 2, count: 32)]
                $0.contentDigest = [UInt8](repeating: 1, count: 32)
            }),
    ]

    private static let initializerOffset = three.storageOffset(0)

    private static let another = Draft.variable(Array("x".utf8))

    private static func initialized(_ record: [UInt8]) -> Draft {
        changing(three) { $0.variables = [Draft.variable(letter, initializer: record)] }
    }
}

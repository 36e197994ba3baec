import LTFNCheckpoint

/// A type of tensors, as ggml counts them.
enum GGUFTensorType: Hashable {
    case elements(DType)
    case blocks(BlockType)

    private static let dtypes: [(id: UInt32, dtype: DType)] = [
        (0, .f32), (1, .f16), (24, .i8), (25, .i16), (26, .i32), (27, .i64), (28, .f64),
        (30, .bf16),
    ]

    private static let blockTypes: [(id: UInt32, type: BlockType)] = [
        (2, .q40), (3, .q41), (6, .q50), (7, .q51), (8, .q80), (9, .q81), (10, .q2K),
        (11, .q3K), (12, .q4K), (13, .q5K), (14, .q6K), (15, .q8K), (16, .iq2XXS), (17, .iq2XS),
        (18, .iq3XXS), (19, .iq1S), (20, .iq4NL), (21, .iq3S), (22, .iq2S), (23, .iq4XS),
        (29, .iq1M), (34, .tq10), (35, .tq20), (39, .mxfp4), (40, .nvfp4), (41, .q10),
        (42, .q20),
    ]

    private static let byID = Dictionary(
        uniqueKeysWithValues: dtypes.map { ($0.id, GGUFTensorType.elements($0.dtype)) }
            + blockTypes.map { ($0.id, .blocks($0.type)) })

    private static let ids = Dictionary(
        uniqueKeysWithValues: byID.map { (key: $0.value, value: $0.key) })

    static let elementTypes = Set(dtypes.map(\.dtype))

    /// Types that files of early versions may have, and that ggml has removed.
    private static let removed: [UInt32: String] = [
        4: "Q4_2", 5: "Q4_3", 31: "Q4_0_4_4", 32: "Q4_0_4_8", 33: "Q4_0_8_8", 36: "IQ4_NL_4_4",
        37: "IQ4_NL_4_8", 38: "IQ4_NL_8_8",
    ]

    /// nil: it is not known.
    init?(id: UInt32) {
        guard let type = Self.byID[id] else { return nil }
        self = type
    }

    /// What the values of a variable are; nil: GGUF has no such type.
    init?(of variable: VariableInfo) {
        if let blocks = variable.blocks {
            self = .blocks(blocks.type)
        } else if Self.elementTypes.contains(variable.tensor.dtype) {
            self = .elements(variable.tensor.dtype)
        } else {
            return nil
        }
    }

    var id: UInt32 { Self.ids[self] ?? 0 }

    /// What a type that cannot be read is, in a sentence.
    static func sentence(unknown id: UInt32) -> String {
        if let name = removed[id] {
            return "Its type is \(name) (\(id)), which ggml has removed; expected one of today's."
        }
        return "Its type has the number \(id), which is not known; expected one of those up to "
            + "\(blockTypes.map(\.id).max() ?? 0) that ggml defines."
    }
}

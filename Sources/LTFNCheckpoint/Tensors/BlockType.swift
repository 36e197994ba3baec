/// How quantized values are packed: so many elements to a block of so many bytes.
///
/// What a block means only a decoder knows; everything else carries its bytes. The raw value is the
/// name that ggml has for the type.
public enum BlockType: String, Hashable, Sendable, CaseIterable {
    case q40 = "Q4_0"
    case q41 = "Q4_1"
    case q50 = "Q5_0"
    case q51 = "Q5_1"
    case q80 = "Q8_0"
    case q81 = "Q8_1"
    case q2K = "Q2_K"
    case q3K = "Q3_K"
    case q4K = "Q4_K"
    case q5K = "Q5_K"
    case q6K = "Q6_K"
    case q8K = "Q8_K"
    case iq2XXS = "IQ2_XXS"
    case iq2XS = "IQ2_XS"
    case iq3XXS = "IQ3_XXS"
    case iq1S = "IQ1_S"
    case iq4NL = "IQ4_NL"
    case iq3S = "IQ3_S"
    case iq2S = "IQ2_S"
    case iq4XS = "IQ4_XS"
    case iq1M = "IQ1_M"
    case tq10 = "TQ1_0"
    case tq20 = "TQ2_0"
    case mxfp4 = "MXFP4"
    case nvfp4 = "NVFP4"
    case q10 = "Q1_0"
    case q20 = "Q2_0"

    /// The elements of a block, which follow one another along the last axis.
    public var elementCount: Int {
        switch self {
        case .q40, .q41, .q50, .q51, .q80, .q81, .iq4NL, .mxfp4: 32
        case .nvfp4, .q20: 64
        case .q10: 128
        default: 256
        }
    }

    /// The bytes of a block.
    public var byteCount: Int {
        switch self {
        case .q40, .iq4NL, .q10, .q20: 18
        case .q41: 20
        case .q50: 22
        case .q51: 24
        case .q80: 34
        case .nvfp4: 36
        // As Python's gguf reads them; blocks of ggml in memory have 36.
        case .q81: 40
        case .q2K: 84
        case .q3K, .iq3S: 110
        case .q4K: 144
        case .q5K: 176
        case .q6K: 210
        case .q8K: 292
        case .iq2XXS, .tq20: 66
        case .iq2XS: 74
        case .iq3XXS: 98
        case .iq1S: 50
        case .iq2S: 82
        case .iq4XS: 136
        case .iq1M: 56
        case .tq10: 54
        case .mxfp4: 17
        }
    }
}

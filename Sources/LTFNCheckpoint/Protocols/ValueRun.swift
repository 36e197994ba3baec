import LTFNBytes

/// Some of the values of a variable, one after the other.
public enum ValueRun: Sendable {
    case values(AlignedBytes)
    /// The bytes of one element, which are those of all: `byteCount` bytes in all.
    case repeated([UInt8], byteCount: Int)

    public var byteCount: Int {
        switch self {
        case .values(let bytes): bytes.byteCount
        case .repeated(_, let byteCount): byteCount
        }
    }
}

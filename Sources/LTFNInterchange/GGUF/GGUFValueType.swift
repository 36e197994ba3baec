import LTFNBytes
import LTFNCheckpoint

/// The types of values in the metadata, as GGUF counts them.
enum GGUFValueType: UInt32, Hashable {
    case u8, i8, u16, i16, u32, i32, f32, bool, string, array, u64, i64, f64

    /// `u8`
    var name: String { "\(self)" }

    private static let byName: [String: GGUFValueType] = Dictionary(
        uniqueKeysWithValues: (0...12).compactMap { GGUFValueType(rawValue: $0) }
            .map { ($0.name, $0) })

    init?(name: String) {
        guard let type = Self.byName[name] else { return nil }
        self = type
    }

    /// The fewest bytes that a value takes.
    var minimumByteCount: UInt64 {
        switch self {
        case .u8, .i8, .bool: 1
        case .u16, .i16: 2
        case .u32, .i32, .f32: 4
        case .string, .u64, .i64, .f64: 8
        case .array: 12
        }
    }
}

/// What type a value of the metadata is of: ours alone do not tell it.
indirect enum GGUFType: Hashable {
    /// A value that is no array.
    case plain(GGUFValueType)
    /// An array of such values, or an empty one of arrays.
    case list(GGUFValueType)
    /// Arrays in an array, each with a type of its own.
    case lists([GGUFType])

    /// What a value is written as unless more is known; nil: GGUF has no such values.
    init?(usual value: MetadataValue) {
        switch value {
        case .bool: self = .plain(.bool)
        case .i64: self = .plain(.i64)
        case .u64: self = .plain(.u64)
        case .f64: self = .plain(.f64)
        case .string: self = .plain(.string)
        case .bytes: self = .list(.u8)
        case .map: return nil
        case .list(let values):
            guard let type = Self.usual(values) else { return nil }
            self = type
        }
    }

    private static func usual(_ values: [MetadataValue]) -> GGUFType? {
        guard let first = values.first else { return .list(.string) }
        guard let type = GGUFType(usual: first) else { return nil }
        if case .plain(let plain) = type {
            let isEach = values.allSatisfy { GGUFType(usual: $0) == type }
            return isEach ? .list(plain) : nil
        }
        let types = values.compactMap { GGUFType(usual: $0) }
        guard types.count == values.count, types.allSatisfy(\.isArray) else { return nil }
        return .lists(types)
    }

    var isArray: Bool {
        if case .plain = self { false } else { true }
    }
}

// The types as metadata: `"u32"`, `"[f32]"`, and a list of these for arrays in an array.
extension GGUFType {
    /// Where the metadata of a file have the types that its values do not tell, by their keys.
    static let metadataKey = "gguf.types"

    var metadata: MetadataValue {
        switch self {
        case .plain(let type): .string(type.name)
        case .list(let type): .string("[" + type.name + "]")
        case .lists(let types): .list(types.map(\.metadata))
        }
    }

    /// Fails for what is no such record.
    init?(metadata: MetadataValue) {
        switch metadata {
        case .string(let text) where text.hasPrefix("[") && text.hasSuffix("]"):
            guard let type = GGUFValueType(name: String(text.dropFirst().dropLast())) else {
                return nil
            }
            self = .list(type)
        case .string(let text):
            guard let type = GGUFValueType(name: text), type != .array else { return nil }
            self = .plain(type)
        case .list(let records):
            let types = records.compactMap { GGUFType(metadata: $0) }
            guard types.count == records.count, !types.isEmpty, types.allSatisfy(\.isArray) else {
                return nil
            }
            self = .lists(types)
        default: return nil
        }
    }
}

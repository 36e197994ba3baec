import LTFNBytes
import LTFNCheckpoint

/// The fields of a layer's parameters, of whatever kind it is.
struct CoreMLParameters {
    private(set) var message: ProtobufMessage
    private var numbers: [Int: UInt64] = [:]
    private var lists: [Int: [UInt64]] = [:]
    private var messages: [Int: [Range<UInt64>]] = [:]

    /// No list that is looked at is longer; one number more tells that it is.
    private static let listLimit = 128
    /// No field that is looked at has a higher number.
    private static let highestField = 128
    /// No message that is looked at stands in more pieces.
    private static let pieceLimit = 1 << 12

    /// - Throws: `corrupt`, `truncated`, `io`; `unsupportedFeature` for a message in too many
    ///   pieces.
    init(_ message: ProtobufMessage) throws(FormatError) {
        self.message = message
        try message.forEachField { field, reader throws(FormatError) in
            guard field.number <= Self.highestField else { return }
            switch field.value {
            case .varint(let bits):
                numbers[field.number] = bits
                add(bits, to: field.number)
            case .fixed32(let bits): numbers[field.number] = UInt64(bits)
            case .bytes(let range):
                let pieces = messages[field.number]?.count ?? 0
                guard pieces < Self.pieceLimit else {
                    throw reader.error(
                        .unsupportedFeature, at: field.offset,
                        "A field of a layer stands more than \(Self.pieceLimit) times.")
                }
                messages[field.number, default: []].append(range)
            case .fixed64: break
            }
        }
    }

    private mutating func add(_ bits: UInt64, to field: Int) {
        if lists[field]?.count ?? 0 <= Self.listLimit { lists[field, default: []].append(bits) }
    }

    /// A number or a truth value; 0 when there is none.
    func number(_ field: Int) -> UInt64 { numbers[field] ?? 0 }

    func isSet(_ field: Int) -> Bool { number(field) != 0 }

    func float(_ field: Int) -> Float {
        Float(bitPattern: UInt32(truncatingIfNeeded: number(field)))
    }

    /// Whole numbers of which there may be many, packed or one by one.
    ///
    /// - Throws: `corrupt`, `truncated`, `io`.
    func list(_ field: Int) throws(FormatError) -> [UInt64] {
        guard let pieces = messages[field] else { return lists[field] ?? [] }
        // In a file of both kinds the order is that of the kinds.
        var result = lists[field] ?? []
        for piece in pieces {
            var packed = try ProtobufReader(message.source, piece, format: message.format)
            while result.count <= Self.listLimit, let bits = try packed.nextPacked() {
                result.append(bits)
            }
        }
        return result
    }

    /// A message; nil when there is none.
    func message(_ field: Int) -> ProtobufMessage? {
        messages[field].map { message.message($0) }
    }

    /// Messages of which there may be many.
    func messages(_ field: Int) -> [ProtobufMessage] {
        (messages[field] ?? []).map { message.message([$0]) }
    }
}

extension CoreMLParameters {
    /// - Throws: `corrupt`, `truncated`, `io`.
    func extents(
        _ rule: [CoreMLLayerKind.Extent]
    ) throws(FormatError) -> [UInt64] {
        var extents: [UInt64] = []
        for extent in rule {
            switch extent {
            case .field(let field): extents.append(number(field))
            case .quotient(let field, let divisor):
                extents.append(number(field) / max(1, number(divisor)))
            case .list(let field, let other):
                let numbers = try list(field)
                extents += numbers.isEmpty ? other : numbers
            }
        }
        return extents
    }
}

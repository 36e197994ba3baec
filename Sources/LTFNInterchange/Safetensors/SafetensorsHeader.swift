import LTFNBytes
import LTFNCheckpoint

/// The header of a safetensors file.
///
///     8   n, the byte count of the text, little-endian
///     n   JSON: an object of tensors and `__metadata__`; spaces may follow
///
/// A tensor is `{"dtype": S, "shape": [..], "data_offsets": [begin, end]}`, its offsets counted
/// from the byte after the text. `__metadata__` is an object of strings, or null. What else the
/// reference reader passes over is read, and told of.
struct SafetensorsHeader {
    /// A tensor and where it is, counted from the byte after the header.
    struct Entry: Hashable {
        var name: VariableName
        var tensor: TensorInfo
        var begin: UInt64
        var end: UInt64
    }

    /// Those that are read, in the order of their data.
    private(set) var entries: [Entry]
    /// Names that are changed.
    private(set) var losses: [FormatLoss] = []
    /// Tensors that are wanted and cannot be read.
    private(set) var unreadable: UnreadableParts
    /// The file's names of tensors that cannot be read, wanted or not.
    private(set) var leftOut: Set<ByteString> = []
    /// Remarks, a sentence each.
    private(set) var notes: [String] = []
    private(set) var metadata: [JSONMember]
    /// All bytes before the data.
    let byteCount: UInt64

    /// The longest text that the reference reader accepts.
    static let maximumTextByteCount: UInt64 = 100_000_000
    static let metadataKey = "__metadata__"

    /// Reads and checks the header of a whole file.
    ///
    /// - Parameter names: those of the set that the file is of; nil: it is alone.
    /// - Throws: `notThisFormat`, `truncated`, `corrupt`, `limitExceeded`, `io`.
    init(
        _ source: any ByteSource, limits: DecodingLimits, selection: ReadingSelection,
        names: ForeignNames? = nil
    ) throws(FormatError) {
        unreadable = UnreadableParts(selection, kind: "tensor")
        let length = try Self.textByteCount(source, limits: limits)
        byteCount = 8 + UInt64(length)
        // As values, a text of many short words takes many times as much.
        try AvailableMemory.expect(16 * length)
        let text = try source.read(at: 8, byteCount: length)
        guard text.first(where: { !Self.blanks.contains($0) }) == UInt8(ascii: "{") else {
            throw Self.error(.notThisFormat, at: 8, "The header is no JSON object.")
        }
        let value = try JSONReader.read(
            text, limit: Int(Self.maximumTextByteCount), at: 8, format: SafetensorsFormat.name)
        guard case .object(let members) = value else {
            throw Self.error(.corrupt, at: 8, "The header is no JSON object.")
        }
        metadata = []
        entries = []
        let tensors = members.filter { $0.key != Self.metadataKey }
        if tensors.count < members.count {
            metadata = try Self.strings(members.first { $0.key == Self.metadataKey }?.value)
        }
        guard tensors.count <= limits.variableCount else {
            throw Self.error(
                .limitExceeded, at: 8,
                "The file has \(tensors.count) tensors; \(limits.variableCount) are allowed.")
        }
        let fields = try tensors.map(Self.fields)
        try checkOffsets(tensors, fields, dataByteCount: source.byteCount - byteCount)
        try read(
            tensors, fields, limits, selection, names ?? ForeignNames(tensors.map(\.key)))
        entries.sort { ($0.begin, $0.end) < ($1.begin, $1.end) }
    }

    /// What JSON allows between its parts.
    static let blanks: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]

    private static func textByteCount(
        _ source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> Int {
        guard source.byteCount >= 8 else {
            throw error(
                .truncated, at: source.byteCount,
                "The file has \(NumberText.counted(source.byteCount, "byte")); 8 with the header's "
                    + "length were expected.")
        }
        var reader = ByteReader(
            try source.read(at: 0, byteCount: 8), format: SafetensorsFormat.name)
        let length = try reader.u64()
        let limit = min(maximumTextByteCount, UInt64(max(limits.indexByteCount, 0)))
        let mayBegin = try hasHeader(source)
        guard mayBegin || length <= source.byteCount - 8 else {
            throw error(
                .notThisFormat, at: 0,
                "This is not a safetensors file: it does not begin with a length and a JSON object."
            )
        }
        guard length <= limit else {
            throw error(
                .limitExceeded, at: 0, "The header has \(length) bytes; \(limit) are allowed.")
        }
        guard length <= source.byteCount - 8 else {
            throw error(
                .truncated, at: source.byteCount,
                "The header has \(length) bytes, only \(source.byteCount - 8) are left.")
        }
        return Int(length)
    }

    /// Whether a JSON object may begin after the length, as far as the file goes.
    private static func hasHeader(_ source: any ByteSource) throws(FormatError) -> Bool {
        let start = try source.read(at: 8, byteCount: Int(min(source.byteCount - 8, 16)))
        return start.first { !blanks.contains($0) }.map { $0 == UInt8(ascii: "{") } ?? true
    }

    /// Makes sure that the tensors fill the data from its first byte to its last.
    private func checkOffsets(
        _ tensors: [JSONMember], _ fields: [Fields], dataByteCount: UInt64
    ) throws(FormatError) {
        let order = fields.indices.sorted {
            (fields[$0].begin, fields[$0].end) < (fields[$1].begin, fields[$1].end)
        }
        var position: UInt64 = 0
        for index in order {
            let name = tensors[index].key
            guard fields[index].begin == position else {
                throw Self.error(
                    .corrupt, at: byteCount, variable: name,
                    "Its data begin at \(fields[index].begin), expected \(position), where the data "
                        + "before end: there may be neither holes nor overlaps.")
            }
            guard fields[index].end >= position else {
                throw Self.error(
                    .corrupt, at: byteCount, variable: name,
                    "Its data run from \(position) to \(fields[index].end).")
            }
            position = fields[index].end
        }
        guard position == dataByteCount else {
            throw Self.error(
                position > dataByteCount ? .truncated : .corrupt,
                at: byteCount + min(position, dataByteCount),
                "The tensors take \(position) bytes, found \(dataByteCount) bytes of data.")
        }
    }

    static func error(
        _ code: FormatError.Code, at offset: UInt64, variable: String? = nil, _ message: String
    ) -> FormatError {
        FormatError(
            code, format: SafetensorsFormat.name, offset: offset, variable: variable, message)
    }
}

// The parts of the text.
extension SafetensorsHeader {
    private static func strings(_ value: JSONValue?) throws(FormatError) -> [JSONMember] {
        if case .null? = value { return [] }
        guard case .object(let members)? = value else {
            throw error(.corrupt, at: 8, "\(metadataKey) is no JSON object.")
        }
        for member in members {
            guard case .string = member.value else {
                throw error(.corrupt, at: 8, "The metadata \"\(member.key)\" is no string.")
            }
        }
        return members
    }

    private static func fields(_ member: JSONMember) throws(FormatError) -> Fields {
        do throws(FormatError) {
            return try Fields(member.value)
        } catch {
            throw error.named(SafetensorsFormat.name, variable: member.key)
        }
    }

    /// Takes the tensors that can be read; of the others only those count that are wanted.
    private mutating func read(
        _ tensors: [JSONMember], _ fields: [Fields], _ limits: DecodingLimits,
        _ selection: ReadingSelection, _ names: ForeignNames
    ) throws(FormatError) {
        var names = names
        var strange: [(tensor: String, key: String)] = []
        for (member, fields) in zip(tensors, fields) {
            do throws(FormatError) {
                let tensor = try Self.tensor(fields, limits: limits)
                let name = try names.variableName(member.key, format: SafetensorsFormat.name)
                entries.append(
                    Entry(name: name, tensor: tensor, begin: fields.begin, end: fields.end))
            } catch {
                let error = error.named(SafetensorsFormat.name, variable: member.key)
                guard error.code == .unsupportedFeature else { throw error }
                leftOut.insert(ByteString(member.key))
                if selection.includes(member.key) { unreadable.add(error, named: member.key) }
            }
            if let key = fields.unknownKey { strange.append((member.key, key)) }
        }
        losses = names.losses
        if let first = strange.first {
            let others =
                strange.count == 1
                ? "" : " and \(NumberText.counted(strange.count - 1, "more tensor"))"
            let verb = strange.count == 1 ? "has" : "have"
            notes.append(
                "\"\(first.tensor.prefix(80))\"\(others) \(verb) keys that safetensors does not define "
                    + "(\"\(first.key.prefix(40))\"): what they say is left out.")
        }
    }

    private static func tensor(
        _ fields: Fields, limits: DecodingLimits
    ) throws(FormatError) -> TensorInfo {
        guard let dtype = SafetensorsElementType.dtype(named: fields.dtype) else {
            throw error(
                .unsupportedFeature, at: 8, "The dtype \(fields.dtype.prefix(40)) is not known.")
        }
        guard fields.shape.count <= limits.rank else {
            throw error(
                .limitExceeded, at: 8,
                "The tensor has \(fields.shape.count) axes; \(limits.rank) are allowed.")
        }
        let tensor = try TensorInfo(dtype: dtype, shape: TensorShape(fields.shape))
        try expectExtent(tensor, from: fields.begin, to: fields.end)
        return tensor
    }

    private static func expectExtent(
        _ tensor: TensorInfo, from begin: UInt64, to end: UInt64
    ) throws(FormatError) {
        guard endsAtWholeByte(tensor) else {
            throw error(
                .corrupt, at: 8,
                "\(tensor.shape.elementCount) elements of \(tensor.dtype.bitCount) bits do not end "
                    + "at a whole byte.")
        }
        guard begin <= end, end - begin == UInt64(tensor.byteCount) else {
            throw error(
                .corrupt, at: 8,
                "The data run from \(begin) to \(end); \(tensor.byteCount) bytes were expected.")
        }
    }

    static func endsAtWholeByte(_ tensor: TensorInfo) -> Bool {
        // The last few elements decide: 8 of any width are whole bytes.
        tensor.shape.elementCount % 8 * tensor.dtype.bitCount % 8 == 0
    }

    /// The three keys of a tensor.
    private struct Fields {
        var dtype = ""
        var shape: [Int] = []
        var begin: UInt64 = 0
        var end: UInt64 = 0
        /// The first key that is none of them.
        var unknownKey: String?

        init(_ value: JSONValue) throws(FormatError) {
            guard case .object(let members) = value else {
                throw Self.error("It must be an object of dtype, shape and data_offsets.")
            }
            // No key stands twice: with as many known ones as there are, every field gets its
            // value.
            var known = 0
            for member in members {
                known += 1
                switch (member.key, member.value) {
                case ("dtype", .string(let name)): dtype = name
                case ("shape", .array(let values)):
                    for value in values { shape.append(try Self.number(value)) }
                case ("data_offsets", .array(let values)) where values.count == 2:
                    begin = UInt64(try Self.number(values[0]))
                    end = UInt64(try Self.number(values[1]))
                case ("dtype", _), ("shape", _), ("data_offsets", _):
                    throw Self.error("The value of \"\(member.key)\" is not of its kind.")
                default:
                    known -= 1
                    unknownKey = unknownKey ?? member.key
                }
            }
            guard known == 3 else {
                throw Self.error("It must have dtype, shape and data_offsets.")
            }
        }

        private static func number(_ value: JSONValue) throws(FormatError) -> Int {
            guard case .int(let number) = value, number >= 0, let result = Int(exactly: number)
            else { throw error("Shape and offsets hold whole numbers from 0 to 2^63 - 1.") }
            return result
        }

        private static func error(_ message: String) -> FormatError {
            SafetensorsHeader.error(.corrupt, at: 8, message)
        }
    }
}

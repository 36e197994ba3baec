import LTFNBytes
import LTFNCheckpoint

/// A `TensorProto`, with what it says of its values but without them.
struct ONNXTensor {
    /// Where the values are.
    enum Values {
        case none
        /// As they are in memory, in the model itself.
        case raw(Range<UInt64>)
        /// In a field of numbers.
        case numbers(ProtobufNumbers)
        /// In another file.
        case external(ONNXExternalPlace)
    }

    private(set) var name = ""
    private(set) var docString = ""
    private(set) var properties: [(key: String, value: String)] = []
    private(set) var values = Values.none
    /// Where the message begins.
    let offset: UInt64
    private var typeCode: Int64 = 0
    private var dimensions: [Int] = []
    private var rank = 0
    private let format: String

    /// What the tensor is.
    ///
    /// - Throws: `unsupportedFeature` for a type that checkpoints do not hold; `corrupt`,
    ///   `limitExceeded` for a shape that none can have.
    func type() throws(FormatError) -> (element: ONNXElementType, info: TensorInfo) {
        guard let element = Int(exactly: typeCode).flatMap({ ONNXElementType(code: $0) }) else {
            throw error(
                .unsupportedFeature,
                isText
                    ? "Its elements are text, which no variable holds."
                    : typeCode == 0
                        ? "It does not say what type its elements are of."
                        : "Its elements are of type \(typeCode), which is not known.")
        }
        do throws(FormatError) {
            return (element, try TensorInfo(dtype: element.dtype, shape: TensorShape(dimensions)))
        } catch {
            throw self.error(error.code, error.message)
        }
    }

    var isText: Bool { typeCode == Int64(ONNXElementType.stringCode) }

    func error(_ code: FormatError.Code, _ message: String) -> FormatError {
        FormatError(
            code, format: format, offset: offset, variable: String(name.prefix(100)), message)
    }

    /// - Throws: `corrupt`, `truncated`, `limitExceeded`, `io`; `unsupportedFeature` for a tensor
    ///   in segments.
    init(_ message: ProtobufMessage, limits: DecodingLimits) throws(FormatError) {
        typealias Field = ONNXField.Tensor
        format = message.format
        offset = message.pieces.first?.lowerBound ?? 0
        var raw: Range<UInt64>?
        var numberFields: Set<Int> = []
        var isExternal = false
        var hasSegment = false
        var place = ONNXExternalPlace()
        try message.forEachField { field, reader throws(FormatError) in
            switch (field.number, field.value) {
            case (Field.dims, .varint(let bits)): addDimension(bits, limits)
            case (Field.dims, .bytes(let range)):
                var packed = try reader.message(range)
                while let bits = try packed.nextPacked() { addDimension(bits, limits) }
            case (Field.dataType, .varint(let bits)):
                typeCode = Int64(Int32(truncatingIfNeeded: bits))
            case (Field.segment, .bytes): hasSegment = true
            case (Field.name, .bytes(let range)): name = try reader.string(range)
            case (Field.docString, .bytes(let range)): docString = try reader.string(range)
            case (Field.rawData, .bytes(let range)): raw = range
            case (Field.floatData, .bytes(let range)), (Field.int32Data, .bytes(let range)),
                (Field.int64Data, .bytes(let range)), (Field.doubleData, .bytes(let range)),
                (Field.uint64Data, .bytes(let range)):
                if !range.isEmpty { numberFields.insert(field.number) }
            case (Field.floatData, .fixed32), (Field.doubleData, .fixed64),
                (Field.int32Data, .varint), (Field.int64Data, .varint),
                (Field.uint64Data, .varint):
                numberFields.insert(field.number)
            case (Field.externalData, .bytes(let range)):
                let entry = try ONNXEntry(reader.message(range))
                try place.take(entry, at: field.offset, format: format)
            case (Field.dataLocation, .varint(let bits)): isExternal = bits == 1
            case (Field.metadataProps, .bytes(let range)):
                let entry = try ONNXEntry(reader.message(range))
                properties.append((entry.key, entry.value))
            default: break
            }
        }
        if rank > limits.rank {
            throw error(.limitExceeded, "It has \(rank) axes; \(limits.rank) are allowed.")
        }
        if hasSegment {
            throw error(
                .unsupportedFeature, "Its values are one segment of several, which no tool writes.")
        }
        let ways = (isExternal ? 1 : 0) + (raw == nil ? 0 : 1) + numberFields.count
        guard ways < 2 else {
            throw error(
                .corrupt,
                "Its values are in \(ways) fields; expected one.")
        }
        if isExternal {
            values = .external(try place.checked(self))
        } else if let raw {
            values = .raw(raw)
        } else if let field = numberFields.first {
            values = .numbers(Self.numbers(message, field: field))
        }
    }

    private mutating func addDimension(_ bits: UInt64, _ limits: DecodingLimits) {
        rank += 1
        if rank <= limits.rank { dimensions.append(Int(Int64(bitPattern: bits))) }
    }

    private static func numbers(_ message: ProtobufMessage, field: Int) -> ProtobufNumbers {
        let coding: ProtobufNumbers.Coding =
            switch field {
            case ONNXField.Tensor.floatData: .fixed32
            case ONNXField.Tensor.doubleData: .fixed64
            default: .varint
            }
        return ProtobufNumbers(message, field: field, coding: coding)
    }
}

/// A key with its value, as ONNX keeps metadata.
struct ONNXEntry {
    private(set) var key = ""
    private(set) var value = ""

    /// - Throws: `corrupt`, `truncated`, `limitExceeded`, `io`.
    init(_ message: ProtobufReader, limit: Int = 1 << 20) throws(FormatError) {
        var reader = message
        while let field = try reader.next() {
            guard case .bytes(let range) = field.value else { continue }
            switch field.number {
            case ONNXField.Entry.key: key = try reader.string(range)
            case ONNXField.Entry.value: value = try reader.string(range, limit: limit)
            default: break
            }
        }
    }
}

/// Where the values of a tensor stand in another file.
struct ONNXExternalPlace {
    private(set) var location = ""
    private(set) var offset: UInt64 = 0
    /// nil: up to the end of the file.
    private(set) var byteCount: UInt64?
    private(set) var hasChecksum = false

    fileprivate mutating func take(
        _ entry: ONNXEntry, at place: UInt64, format: String
    ) throws(FormatError) {
        switch entry.key {
        case "location": location = entry.value
        case "offset": offset = try Self.number(entry, at: place, format: format)
        case "length": byteCount = try Self.number(entry, at: place, format: format)
        case "checksum": hasChecksum = true
        // What another version added beside.
        default: break
        }
    }

    private static func number(
        _ entry: ONNXEntry, at place: UInt64, format: String
    ) throws(FormatError) -> UInt64 {
        guard entry.value.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = UInt64(entry.value), number <= UInt64(Int64.max)
        else {
            throw FormatError(
                .corrupt, format: format, offset: place,
                "The \(entry.key) of values in another file is \"\(entry.value.prefix(40))\"; expected "
                    + "a number of bytes.")
        }
        return number
    }

    fileprivate func checked(_ tensor: ONNXTensor) throws(FormatError) -> ONNXExternalPlace {
        guard !location.isEmpty else {
            throw tensor.error(
                .corrupt, "Its values are in another file, and it does not say in which.")
        }
        var place = self
        // The folder of the model itself, however often it is named.
        var rest = location.utf8[...]
        while rest.starts(with: "./".utf8) { rest = rest.dropFirst(2) }
        place.location = String(rest) ?? location
        return place
    }
}

import LTFNBytes
import LTFNCheckpoint

/// A `Value` of an ML program that is a tensor: what it says of itself, without its values.
struct CoreMLProgramValue {
    /// Where the values are.
    enum Values {
        case none
        /// As numbers, or as bytes, in the program itself: the field that says of which type.
        case immediate(field: Int, ProtobufMessage)
        /// In a file beside the model.
        case blob(file: String, offset: UInt64)
    }

    /// What a value is.
    enum Kind {
        case tensor(CoreMLProgramValue)
        case text
        /// A list, a tuple, a dictionary.
        case list
    }

    private(set) var values = Values.none
    /// Where the message begins.
    let offset: UInt64
    private var typeCode: UInt64 = 0
    /// nil: an extent that the program does not know.
    private var extents: [UInt64?] = []
    private let format: String

    /// - Throws: `corrupt`, `truncated`, `limitExceeded`, `io`.
    static func kind(_ message: ProtobufMessage) throws(FormatError) -> Kind {
        typealias Field = CoreMLProgramField.Value
        let parts = try CoreMLParameters(message)
        let type = try parts.message(Field.type).map { type throws(FormatError) in
            try CoreMLParameters(type).message(CoreMLProgramField.ValueType.tensor)
        }
        guard let type, let type else { return .list }
        var value = CoreMLProgramValue(message)
        try value.take(type: type)
        if value.typeCode == CoreMLElementType.textCode { return .text }
        if let blob = parts.message(Field.blob) { try value.take(blob: blob) }
        guard let immediate = parts.message(Field.immediate) else { return .tensor(value) }
        guard case .none = value.values else {
            throw value.error(
                .corrupt, "Its values are in the program and in another file; expected one.")
        }
        guard
            let tensor = try CoreMLParameters(immediate).message(
                CoreMLProgramField.Immediate.tensor)
        else { return .list }
        try value.take(immediate: tensor)
        return .tensor(value)
    }

    private init(_ message: ProtobufMessage) {
        offset = message.pieces.first?.lowerBound ?? 0
        format = message.format
    }

    func error(_ code: FormatError.Code, _ message: String) -> FormatError {
        FormatError(code, format: format, offset: offset, message)
    }

    private mutating func take(type: ProtobufMessage) throws(FormatError) {
        typealias Field = CoreMLProgramField.TensorType
        let parts = try CoreMLParameters(type)
        typeCode = parts.number(Field.dataType)
        for dimension in parts.messages(Field.dimensions) {
            let constant = try CoreMLParameters(dimension).message(Field.constant)
            extents.append(
                try constant.map { constant throws(FormatError) in
                    try CoreMLParameters(constant).number(Field.size)
                })
        }
    }

    private mutating func take(blob: ProtobufMessage) throws(FormatError) {
        typealias Field = CoreMLProgramField.Blob
        var (file, offset) = ("", UInt64(0))
        try blob.forEachField { field, reader throws(FormatError) in
            switch (field.number, field.value) {
            case (Field.fileName, .bytes(let range)): file = try reader.string(range)
            case (Field.offset, .varint(let bits)): offset = bits
            default: break
            }
        }
        values = .blob(file: file, offset: offset)
    }

    private mutating func take(immediate: ProtobufMessage) throws(FormatError) {
        var found: (Int, [Range<UInt64>])?
        try immediate.forEachField { field, _ throws(FormatError) in
            guard case .bytes(let range) = field.value else { return }
            // Of several the last counts; one that comes again goes on.
            if found?.0 != field.number { found = (field.number, []) }
            try found?.1.makeRoomForOne()
            found?.1.append(range)
        }
        guard let (field, pieces) = found else { return }
        values = .immediate(field: field, immediate.message(pieces))
    }

    /// What the tensor is.
    ///
    /// - Throws: `unsupportedFeature` for a type that is not known, or a shape that is open;
    ///   `corrupt`, `limitExceeded` for a shape that none can have.
    func type(
        limits: DecodingLimits
    ) throws(FormatError) -> (element: CoreMLElementType, shape: TensorShape) {
        guard let element = CoreMLElementType(code: typeCode) else {
            throw error(
                .unsupportedFeature,
                "Its elements are of type \(typeCode) of ML programs, which is not known.")
        }
        guard extents.count <= limits.rank else {
            throw error(
                .limitExceeded, "It has \(extents.count) axes; \(limits.rank) are allowed.")
        }
        var dimensions: [Int] = []
        for extent in extents {
            guard let extent else {
                throw error(
                    .unsupportedFeature, "Its shape is open, which that of no constant can be.")
            }
            dimensions.append(
                try CheckedSize.int(extent, of: "an axis of the tensor", code: .limitExceeded))
        }
        do throws(FormatError) {
            return (element, try TensorShape(dimensions))
        } catch {
            throw self.error(error.code, error.message)
        }
    }
}

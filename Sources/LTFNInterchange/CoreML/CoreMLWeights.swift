import LTFNBytes
import LTFNCheckpoint

/// A `WeightParams`: the values of a tensor of a layer, and how they are coded, without the values
/// themselves.
struct CoreMLWeights {
    /// How the values stand in the model.
    private enum Coding {
        case floats, halves, raw, int8
    }

    /// Where the message begins.
    let offset: UInt64
    private var codings: [Coding] = []
    private var pieces: [PlacedReader.Piece] = []
    private var byteCount: UInt64 = 0
    private var quantization: [Range<UInt64>] = []
    private let message: ProtobufMessage

    /// More pieces than any tool writes.
    private static let pieceLimit = 1 << 16

    /// Whether it does not even say how its values are coded.
    var isEmpty: Bool { codings.isEmpty }

    /// - Throws: `corrupt`, `truncated`, `io`; `unsupportedFeature` for values in too many pieces.
    init(_ message: ProtobufMessage) throws(FormatError) {
        typealias Field = CoreMLField.Weights
        self.message = message
        offset = message.pieces.first?.lowerBound ?? 0
        var bytes: [Coding: Range<UInt64>] = [:]
        var floats: [Range<UInt64>] = []
        try message.forEachField { field, reader throws(FormatError) in
            switch (field.number, field.value) {
            case (Field.floats, .bytes(let range)): try Self.add(range, to: &floats, reader)
            case (Field.floats, .fixed32):
                try Self.add(field.end - 4..<field.end, to: &floats, reader)
            case (Field.halves, .bytes(let range)): bytes[.halves] = range
            case (Field.raw, .bytes(let range)): bytes[.raw] = range
            case (Field.int8, .bytes(let range)): bytes[.int8] = range
            case (Field.quantization, .bytes(let range)):
                try quantization.makeRoomForOne()
                quantization.append(range)
            default: break
            }
        }
        let filled = bytes.filter { !$0.value.isEmpty }
        codings = (floats.isEmpty ? [] : [.floats]) + filled.keys
        // Of a tensor without values the field alone tells its type.
        if codings.isEmpty, bytes.count == 1 { codings = Array(bytes.keys) }
        for range in floats + filled.values {
            let (count, offset) = (range.upperBound - range.lowerBound, range.lowerBound)
            byteCount += count
            pieces.append(
                PlacedReader.Piece(
                    offset: offset, byteCount: try CheckedSize.int(count, of: "the values")))
        }
    }

    private static func add(
        _ range: Range<UInt64>, to floats: inout [Range<UInt64>], _ reader: ProtobufReader
    ) throws(FormatError) {
        if range.isEmpty { return }
        if let last = floats.last, last.upperBound == range.lowerBound {
            floats[floats.count - 1] = last.lowerBound..<range.upperBound
            return
        }
        guard floats.count < pieceLimit else {
            throw reader.error(
                .unsupportedFeature, at: range.lowerBound,
                "Its values stand in more than \(pieceLimit) pieces; expected them packed.")
        }
        try floats.makeRoomForOne()
        floats.append(range)
    }

    func error(_ code: FormatError.Code, _ message: String) -> FormatError {
        FormatError(code, format: self.message.format, offset: offset, message)
    }
}

// As a tensor.
extension CoreMLWeights {
    /// What the values are.
    ///
    /// - Parameter extents: of the tensor; nil: it is a vector of as many as there are values.
    /// - Throws: `corrupt` when they are not as many, or stand in several fields; `limitExceeded`;
    ///   `unsupportedFeature` for quantized ones that do not say of how many bits they are.
    func tensor(
        _ extents: [UInt64]?, limits: DecodingLimits
    ) throws(FormatError) -> (info: TensorInfo, pieces: [PlacedReader.Piece], metadata: Metadata) {
        guard codings.count < 2 else {
            throw error(.corrupt, "Its values are in \(codings.count) fields; expected one.")
        }
        let coding = codings.first ?? .floats
        if coding == .raw { return try quantized(extents, limits) }
        let dtype: DType =
            switch coding {
            case .halves: .f16
            case .int8: .i8
            case .floats, .raw: .f32
            }
        let metadata = quantization.isEmpty ? [:] : try quantizationRecord().metadata
        return (try info(dtype, extents, limits), pieces, metadata)
    }

    private func info(
        _ dtype: DType, _ extents: [UInt64]?, _ limits: DecodingLimits
    ) throws(FormatError) -> TensorInfo {
        let width = UInt64(dtype.bitCount / 8)
        guard byteCount % width == 0 else {
            throw error(
                .corrupt, "Its \(byteCount) bytes are no whole number of \(dtype.rawValue).")
        }
        let info = try TensorInfo(
            dtype: dtype, shape: shape(extents ?? [byteCount / width], limits))
        guard byteCount == UInt64(info.byteCount) else {
            throw error(
                .corrupt,
                "It has \(byteCount / width) values; its layer takes \(info.shape), which are "
                    + "\(info.shape.elementCount).")
        }
        return info
    }

    private func shape(
        _ extents: [UInt64], _ limits: DecodingLimits
    ) throws(FormatError) -> TensorShape {
        guard extents.count <= limits.rank else {
            throw error(
                .limitExceeded, "It has \(extents.count) axes; \(limits.rank) are allowed.")
        }
        var dimensions: [Int] = []
        for extent in extents {
            dimensions.append(
                try CheckedSize.int(extent, of: "an axis of the tensor", code: .limitExceeded))
        }
        do throws(FormatError) {
            return try TensorShape(dimensions)
        } catch {
            throw self.error(error.code, error.message)
        }
    }

    /// Numbers of 1 to 8 bits, which stand for others.
    private func quantized(
        _ extents: [UInt64]?, _ limits: DecodingLimits
    ) throws(FormatError) -> (TensorInfo, [PlacedReader.Piece], Metadata) {
        let record = try quantizationRecord()
        guard (1...8).contains(record.bitCount) else {
            throw error(
                .unsupportedFeature,
                "Its values are quantized to \(record.bitCount) bits; expected 1 to 8.")
        }
        guard let extents else {
            return (try info(.u8, nil, limits), pieces, record.metadata)
        }
        if record.bitCount == 8 {
            return (try info(.u8, extents, limits), pieces, record.metadata)
        }
        let shape = try shape(extents, limits)
        let (bits, overflow) = UInt64(shape.elementCount)
            .multipliedReportingOverflow(by: record.bitCount)
        guard !overflow, byteCount == bits / 8 + (bits % 8 == 0 ? 0 : 1) else {
            throw error(
                .corrupt,
                "It has \(byteCount) bytes; \(shape.elementCount) values of \(record.bitCount) bits "
                    + "were expected.")
        }
        var metadata = record.metadata
        metadata["coreml.shape"] = .list(shape.dimensions.map { .i64(Int64($0)) })
        return (try info(.bits8, [byteCount], limits), pieces, metadata)
    }

    private func quantizationRecord() throws(FormatError) -> CoreMLQuantization {
        try CoreMLQuantization(message.message(quantization))
    }
}

/// What turns quantized values into those that they stand for.
struct CoreMLQuantization {
    private(set) var bitCount: UInt64 = 0
    private var lists: [(key: String, values: [MetadataValue])] = []

    /// More channels than any layer has.
    private static let countLimit = 1 << 20

    /// - Throws: `corrupt`, `truncated`, `limitExceeded`, `io`.
    init(_ message: ProtobufMessage) throws(FormatError) {
        typealias Field = CoreMLField.Quantization
        var parts: [Int: [Range<UInt64>]] = [:]
        try message.forEachField { field, _ throws(FormatError) in
            switch (field.number, field.value) {
            case (Field.bitCount, .varint(let bits)): bitCount = bits
            case (Field.linear, .bytes(let range)), (Field.table, .bytes(let range)):
                parts[field.number, default: []].append(range)
            default: break
            }
        }
        for (part, field, key) in [
            (Field.linear, Field.scale, "coreml.scale"), (Field.linear, Field.bias, "coreml.bias"),
            (Field.table, Field.values, "coreml.table"),
        ] {
            guard let pieces = parts[part] else { continue }
            let values = try Self.floats(message.message(pieces), field)
            if !values.isEmpty { lists.append((key, values)) }
        }
    }

    private static func floats(
        _ message: ProtobufMessage, _ field: Int
    ) throws(FormatError) -> [MetadataValue] {
        var numbers = ProtobufNumberIterator(
            ProtobufNumbers(message, field: field, coding: .fixed32))
        var values: [MetadataValue] = []
        while let bits = try numbers.next() {
            guard values.count < countLimit else {
                throw FormatError(
                    .limitExceeded, format: message.format,
                    offset: message.pieces.first?.lowerBound,
                    "A record of quantization has more than \(countLimit) numbers.")
            }
            try values.makeRoomForOne()
            values.append(.f64(bits: WidenedFloat.bits(of: UInt32(truncatingIfNeeded: bits))))
        }
        return values
    }

    var metadata: Metadata {
        var metadata: Metadata = [:]
        if bitCount > 0 { metadata["coreml.bits"] = .u64(bitCount) }
        for list in lists { metadata[list.key] = .list(list.values) }
        return metadata
    }
}

import LTFNBytes
import LTFNCheckpoint

/// The constant tensors of a model, found by one walk over its tables.
struct TFLiteContent {
    /// A tensor with values.
    struct Tensor {
        var name: String
        var dimensions: [Int32]
        var type: Int8
        /// The number of the buffer, and where that is.
        var buffer: Int
        var piece: PlacedReader.Piece
        var metadata: Metadata
        var isSparse: Bool
        var isOutside: Bool
    }

    private(set) var tensors: [Tensor] = []
    private(set) var metadata: Metadata = [:]
    /// What is passed over: constants of text, operators, other metadata.
    private(set) var textCount = 0
    private(set) var operatorCount = 0
    private(set) var metadataCount = 0
    private var buffer: FlatBuffer
    private let limits: DecodingLimits
    private let byteCount: UInt64
    private var tally = AvailableMemory.Tally()

    /// - Throws: `corrupt`, `truncated`, `limitExceeded`, `io`.
    init(_ source: any ByteSource, limits: DecodingLimits) throws(FormatError) {
        self.limits = limits
        byteCount = source.byteCount
        buffer = FlatBuffer(source, format: TFLiteFormat.name)
        let model = try buffer.root()
        try describe(model)
        let pieces = try pieces(model)
        guard let subgraphs = try buffer.tables(TFLiteField.Model.subgraphs, of: model) else {
            return
        }
        for index in 0..<subgraphs.count {
            try walk(subgraph: try buffer.table(index, in: subgraphs), pieces)
        }
    }

    private mutating func describe(_ model: FlatBuffer.Table) throws(FormatError) {
        let version: UInt32 = try buffer.number(TFLiteField.Model.version, of: model)
        metadata["tflite.version"] = .i64(Int64(version))
        if let text = try buffer.string(TFLiteField.Model.description, of: model), !text.isEmpty {
            metadata["tflite.description"] = .string(text)
        }
        metadataCount = try buffer.tables(TFLiteField.Model.metadata, of: model)?.count ?? 0
    }

    /// Where the buffers are; those without values are empty.
    private mutating func pieces(
        _ model: FlatBuffer.Table
    ) throws(FormatError) -> [PlacedReader.Piece] {
        guard let buffers = try buffer.tables(TFLiteField.Model.buffers, of: model) else {
            return []
        }
        try AvailableMemory.expect(buffers.count * MemoryLayout<PlacedReader.Piece>.stride)
        var pieces: [PlacedReader.Piece] = []
        pieces.reserveCapacity(buffers.count)
        for index in 0..<buffers.count {
            pieces.append(try piece(try buffer.table(index, in: buffers)))
        }
        return pieces
    }

    private func piece(_ table: FlatBuffer.Table) throws(FormatError) -> PlacedReader.Piece {
        let data = try buffer.vector(TFLiteField.Buffer.data, of: table, elementByteCount: 1)
        if let data, data.count > 0 {
            return PlacedReader.Piece(offset: data.start, byteCount: data.count)
        }
        // Of models above 2 GB the values follow the FlatBuffer; 0 and 1 say that none do.
        let offset: UInt64 = try buffer.number(TFLiteField.Buffer.offset, of: table)
        let size: UInt64 = try buffer.number(TFLiteField.Buffer.size, of: table)
        guard offset > 1, size > 0 else { return PlacedReader.Piece(offset: 0, byteCount: 0) }
        guard offset <= byteCount, size <= byteCount - offset else {
            throw buffer.error(
                .truncated, at: byteCount,
                "A buffer has \(size) bytes from byte \(offset) on; the file has \(byteCount).")
        }
        return PlacedReader.Piece(
            offset: offset, byteCount: try CheckedSize.int(size, of: "a buffer"))
    }
}

// Tensors.
extension TFLiteContent {
    private mutating func walk(
        subgraph: FlatBuffer.Table, _ pieces: [PlacedReader.Piece]
    ) throws(FormatError) {
        operatorCount += try buffer.tables(TFLiteField.Subgraph.operators, of: subgraph)?.count ?? 0
        guard let tables = try buffer.tables(TFLiteField.Subgraph.tensors, of: subgraph) else {
            return
        }
        for index in 0..<tables.count {
            try add(try buffer.table(index, in: tables), pieces)
        }
    }

    private mutating func add(
        _ table: FlatBuffer.Table, _ pieces: [PlacedReader.Piece]
    ) throws(FormatError) {
        typealias Field = TFLiteField.Tensor
        let number: UInt32 = try buffer.number(Field.buffer, of: table)
        guard number == 0 || number < UInt64(pieces.count) else {
            throw buffer.error(
                .corrupt, at: table.position,
                "A tensor has the values of buffer \(number); there are \(pieces.count).")
        }
        let outside: UInt32 = try buffer.number(Field.externalBuffer, of: table)
        let piece =
            pieces.isEmpty ? PlacedReader.Piece(offset: 0, byteCount: 0) : pieces[Int(number)]
        guard piece.byteCount > 0 || outside > 0 else { return }
        let type: Int8 = try buffer.number(Field.type, of: table)
        guard type != TFLiteElementType.text else {
            textCount += 1
            return
        }
        guard tensors.count < limits.variableCount else {
            throw buffer.error(
                .limitExceeded, at: table.position,
                "The model holds more than the \(limits.variableCount) constant tensors that are "
                    + "allowed.")
        }
        let name = try buffer.string(Field.name, of: table) ?? ""
        let dimensions: [Int32] = try buffer.numbers(Field.shape, of: table)
        guard dimensions.count <= limits.rank else {
            throw buffer.error(
                .limitExceeded, at: table.position,
                "The tensor has \(dimensions.count) axes; \(limits.rank) are allowed."
            ).naming(String(name.prefix(100)))
        }
        try tally.add(MemoryLayout<Tensor>.stride + name.utf8.count + 4 * dimensions.count)
        try tensors.makeRoomForOne()
        tensors.append(
            Tensor(
                name: name, dimensions: dimensions, type: type, buffer: Int(number), piece: piece,
                metadata: try quantization(table),
                isSparse: try buffer.table(Field.sparsity, of: table) != nil,
                isOutside: outside > 0))
    }

    /// What turns whole numbers into those that they stand for.
    private mutating func quantization(
        _ tensor: FlatBuffer.Table
    ) throws(FormatError) -> Metadata {
        typealias Field = TFLiteField.Quantization
        var metadata: Metadata = [:]
        guard
            let table = try buffer.table(TFLiteField.Tensor.quantization, of: tensor)
        else { return metadata }
        for (field, key) in [
            (Field.scale, "tflite.scale"), (Field.minimum, "tflite.min"),
            (Field.maximum, "tflite.max"),
        ] {
            let numbers: [UInt32] = try buffer.numbers(field, of: table)
            try tally.add(64 * numbers.count)
            if !numbers.isEmpty {
                metadata[key] = .list(numbers.map { .f64(bits: WidenedFloat.bits(of: $0)) })
            }
        }
        let zeros: [Int64] = try buffer.numbers(Field.zeroPoint, of: table)
        try tally.add(64 * zeros.count)
        if !zeros.isEmpty { metadata["tflite.zero_point"] = .list(zeros.map { .i64($0) }) }
        if metadata["tflite.scale"] != nil {
            let axis: Int32 = try buffer.number(Field.axis, of: table)
            metadata["tflite.axis"] = .i64(Int64(axis))
        }
        let kind: UInt8 = try buffer.number(Field.detailsType, of: table)
        if kind == 2, let details = try buffer.table(Field.details, of: table) {
            for (field, key) in [
                (TFLiteField.Blockwise.scales, "tflite.block_scales"),
                (TFLiteField.Blockwise.zeroPoints, "tflite.block_zero_points"),
                (TFLiteField.Blockwise.blockSize, "tflite.block_size"),
            ] {
                let number: Int32 = try buffer.number(field, of: details)
                metadata[key] = .i64(Int64(number))
            }
        }
        return metadata
    }
}

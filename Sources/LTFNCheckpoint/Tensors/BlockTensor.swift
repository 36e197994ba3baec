import LTFNBytes

/// A tensor whose elements are packed in blocks, and what it is as bytes.
///
/// Its bytes are a tensor of opaque `bits8`, whose last axis counts the bytes of a row; the
/// metadata
/// of the variable say what they are bytes of, so that every format that keeps both keeps it whole.
public struct BlockTensor: Hashable, Sendable {
    public let type: BlockType
    /// The shape of the elements.
    public let shape: TensorShape
    /// What is stored.
    public let tensor: TensorInfo

    /// - Throws: `corrupt` when a row is not of whole blocks; as `TensorInfo`.
    public init(_ type: BlockType, shape: TensorShape) throws(FormatError) {
        guard let row = shape.dimensions.last, row % type.elementCount == 0 else {
            throw FormatError(
                .corrupt,
                "A tensor of shape \(shape) has no rows of whole blocks of \(type.rawValue), which "
                    + "have \(type.elementCount) elements each.")
        }
        let (byteCount, overflow) = (row / type.elementCount)
            .multipliedReportingOverflow(by: type.byteCount)
        guard !overflow else {
            throw FormatError(
                .limitExceeded, "A \(type.rawValue) tensor of shape \(shape) has no byte count.")
        }
        self.type = type
        self.shape = shape
        tensor = try TensorInfo(
            dtype: .bits8, shape: TensorShape(shape.dimensions.dropLast() + [byteCount]))
    }
}

extension BlockTensor {
    /// Where the metadata of a variable say what its bytes are blocks of:
    /// `{"type": "Q4_K", "shape": [4096, 4096]}`.
    public static let metadataKey = "ltfn.blocks"

    var metadata: MetadataValue {
        .map([
            "type": .string(type.rawValue),
            "shape": .list(shape.dimensions.map { .i64(Int64($0)) }),
        ])
    }

    /// Fails for what is no such record.
    init?(metadata value: MetadataValue) {
        guard case .map(let fields) = value, case .string(let name)? = fields["type"],
            let type = BlockType(rawValue: name), case .list(let extents)? = fields["shape"]
        else { return nil }
        var dimensions: [Int] = []
        for case .i64(let extent) in extents {
            guard let dimension = Int(exactly: extent) else { return nil }
            dimensions.append(dimension)
        }
        guard dimensions.count == extents.count, let shape = try? TensorShape(dimensions),
            let blocks = try? BlockTensor(type, shape: shape)
        else { return nil }
        self = blocks
    }
}

extension VariableInfo {
    /// What the bytes of the variable are blocks of; nil: its elements are what its dtype says. A
    /// record that does not fit the tensor counts for nothing.
    public var blocks: BlockTensor? {
        guard tensor.dtype == .bits8, let record = metadata[BlockTensor.metadataKey],
            let blocks = BlockTensor(metadata: record), blocks.tensor == tensor
        else { return nil }
        return blocks
    }

    /// A variable whose elements are packed in blocks.
    public init(name: VariableName, blocks: BlockTensor) {
        self.init(
            name: name, tensor: blocks.tensor,
            metadata: [BlockTensor.metadataKey: blocks.metadata])
    }

    /// The same variable with elements of `dtype` in place of blocks.
    ///
    /// - Throws: as `TensorInfo`.
    package func unpacked(
        _ blocks: BlockTensor, as dtype: DType
    ) throws(FormatError) -> VariableInfo {
        var result = self
        result.tensor = try TensorInfo(dtype: dtype, shape: blocks.shape)
        result.metadata[BlockTensor.metadataKey] = nil
        return result
    }

    /// The type of the elements in a word: `f32`, `Q4_K`.
    public var elementType: String { blocks?.type.rawValue ?? tensor.dtype.rawValue }

    /// The shape of the elements, whether they are packed in blocks or not.
    public var elementShape: TensorShape { blocks?.shape ?? tensor.shape }
}

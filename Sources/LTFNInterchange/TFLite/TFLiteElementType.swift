import LTFNCheckpoint

/// A type of tensors, as TensorFlow Lite counts them.
enum TFLiteElementType {
    /// Elements of less than a byte are packed as ours are.
    private static let dtypes: [Int8: DType] = [
        0: .f32, 1: .f16, 2: .i32, 3: .u8, 4: .i64, 6: .bool, 7: .i16, 8: .c64, 9: .i8, 10: .f64,
        11: .c128, 12: .u64, 15: .u32, 16: .u16, 17: .i4, 18: .bf16, 19: .i2, 20: .u4,
    ]

    static let text: Int8 = 5

    static let all = Set(dtypes.values)

    static func dtype(_ number: Int8) -> DType? { dtypes[number] }
}

/// The numbers of the fields that are read.
enum TFLiteField {
    enum Model {
        static let (version, subgraphs, description, buffers) = (0, 2, 3, 4)
        static let (metadata, signatures) = (6, 7)
    }

    enum Subgraph {
        static let (tensors, operators) = (0, 3)
    }

    enum Tensor {
        static let (shape, type, buffer, name, quantization) = (0, 1, 2, 3, 4)
        static let (sparsity, externalBuffer) = (6, 10)
    }

    enum Buffer {
        static let (data, offset, size) = (0, 1, 2)
    }

    enum Quantization {
        static let (minimum, maximum, scale, zeroPoint) = (0, 1, 2, 3)
        static let (detailsType, details, axis) = (4, 5, 6)
    }

    enum Blockwise {
        static let (scales, zeroPoints, blockSize) = (0, 1, 2)
    }
}

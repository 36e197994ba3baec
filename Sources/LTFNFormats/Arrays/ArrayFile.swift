import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange

/// One array in a file of NumPy's.
public enum ArrayFile {
    /// Writes an npy file. Numbers of a dtype that NumPy does not have are widened to one that
    /// holds them exactly: bfloat16 and narrower floats to float32, integers of less than a byte to
    /// bytes.
    ///
    /// - Throws: `notRepresentable` for more axes than NumPy has; as reading; `io`.
    public static func write(
        _ values: inout SlicedValues, to sink: any ByteSink
    ) throws(FormatError) {
        let (source, shape) = (values.dtype, values.region.shape)
        let info = try TensorInfo(dtype: dtype(holding: source), shape: shape)
        let name = try VariableName("arr_0")
        var writer = try NPYFormat().create(
            sink, manifest: Manifest(variables: [VariableInfo(name: name, tensor: info)]))
        let width = info.dtype.bitCount / 8
        try writer.write(at: 0) { range throws(FormatError) in
            let elements = try values.elements(range.lowerBound / width..<range.upperBound / width)
            return try widened(elements, to: info.dtype)
        }
        try writer.finish()
        try values.finish()
    }

    /// The dtype of the array that holds elements of `dtype`.
    public static func dtype(holding dtype: DType) -> DType {
        switch dtype {
        case .i2, .i4: .i8
        case .u2, .u4: .u8
        case .bf16, .f8e4m3fn, .f8e4m3fnuz, .f8e5m2, .f8e5m2fnuz, .f8e8m0, .f6e2m3, .f6e3m2,
            .f4e2m1:
            .f32
        default: dtype
        }
    }

    private static func widened(
        _ tensor: TensorData, to dtype: DType
    ) throws(FormatError) -> AlignedBytes {
        guard tensor.info.dtype != dtype else { return tensor.bytes }
        if dtype == .f32 {
            return try TensorData(
                shape: tensor.info.shape.dimensions, floats: tensor.floats()
            ).bytes
        }
        // -8 to 15.
        let bytes = try tensor.doubles().map { UInt8(truncatingIfNeeded: Int($0)) }
        return AlignedBytes(copying: bytes.rawSpan)
    }
}

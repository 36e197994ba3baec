import LTFNBytes
import LTFNCheckpoint

extension NPYHeader {
    /// The values of the array in the order that checkpoints hold them in.
    ///
    /// - Parameter values: the bytes behind the header, as many as `tensor` takes.
    func decoded(_ values: AlignedBytes) throws(FormatError) -> TensorData {
        var bytes = values
        if isColumnMajor {
            bytes = ElementOrder.rowMajor(
                fromColumnMajor: values.copy(of: 0..<values.byteCount), shape: tensor.shape,
                elementByteCount: tensor.dtype.bitCount / 8)
        }
        ElementOrder.swapBytes(&bytes, groupByteCount: elementType.swapGroup)
        return try TensorData(info: tensor, bytes: bytes)
    }

    /// How the array is stored, in words: `column-major, big-endian`.
    var layout: String {
        var words: [String] = []
        if isColumnMajor { words.append("column-major") }
        if elementType.swapGroup > 1 { words.append("big-endian") }
        return words.joined(separator: ", ")
    }
}

import LTFNBytes
import LTFNCheckpoint

/// The values of an npy file on their way to the order that checkpoints hold them in.
struct NPYArray {
    private let header: NPYHeader
    private var bytes: AlignedBytes
    private var scatter: ColumnMajorScatter?
    private var done = 0

    /// Makes room for the values; the caller has checked that they are there.
    init(_ header: NPYHeader) {
        self.header = header
        let shape = header.tensor.shape
        bytes = AlignedBytes(byteCount: header.tensor.byteCount)
        // With one axis that is longer than 1 both orders are the same.
        if header.isColumnMajor, shape.dimensions.count(where: { $0 != 1 }) > 1 {
            scatter = ColumnMajorScatter(
                shape: shape, elementByteCount: header.tensor.dtype.bitCount / 8)
        }
    }

    /// Adds the next of the bytes behind the header; there are no more than the tensor takes.
    mutating func append(_ piece: [UInt8]) {
        if scatter == nil {
            bytes.replaceBytes(at: done, with: piece)
        } else {
            scatter?.put(piece, into: &bytes)
        }
        done += piece.count
    }

    /// The tensor.
    ///
    /// - Throws: `truncated` when bytes are missing.
    consuming func finish() throws(FormatError) -> TensorData {
        guard done == bytes.byteCount else {
            throw FormatError(
                .truncated, format: NPYFormat.name,
                "The array has \(done) bytes, \(bytes.byteCount) were expected.")
        }
        ElementOrder.swapBytes(&bytes, groupByteCount: header.elementType.swapGroup)
        return try TensorData(info: header.tensor, bytes: bytes)
    }
}

extension NPYHeader {
    /// How the array is stored, in words: `column-major, big-endian`.
    var layout: String {
        var words: [String] = []
        if isColumnMajor { words.append("column-major") }
        if elementType.swapGroup > 1 { words.append("big-endian") }
        return words.joined(separator: ", ")
    }
}

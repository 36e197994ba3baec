import LTFNBytes
import LTFNCheckpoint

/// What is known of an array before its values.
struct NPYHeader {
    var elementType: NPYElementType
    /// Whether the first index runs fastest.
    var isColumnMajor: Bool
    var tensor: TensorInfo
    /// All bytes before the values.
    var byteCount: Int
}

extension NPYHeader {
    /// The most axes that NumPy has.
    static let maximumRank = 64

    /// Whether NumPy makes arrays of this shape: empty ones, too, have a limit.
    static func canHold(_ tensor: TensorInfo) -> Bool {
        var byteCount = tensor.dtype.bitCount / 8
        for dimension in tensor.shape.dimensions where dimension != 0 {
            let (product, overflow) = byteCount.multipliedReportingOverflow(by: dimension)
            if overflow { return false }
            byteCount = product
        }
        return true
    }

    /// The header that NumPy itself writes for a tensor, or nil when npy cannot hold it.
    static func encoded(for tensor: TensorInfo) -> [UInt8]? {
        guard tensor.shape.rank <= maximumRank, canHold(tensor) else { return nil }
        let standIn = NPYElementType.opaqueStandIn(for: tensor.dtype)
        guard var descriptor = NPYElementType.descriptor(of: standIn ?? tensor.dtype) else {
            return nil
        }
        // What NumPy writes for the types that the ml_dtypes package adds to it.
        if standIn != nil { descriptor = "<" + descriptor.dropFirst() }
        let dimensions = tensor.shape.dimensions
        let list = dimensions.map(String.init).joined(separator: ", ")
        var text =
            "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': "
            + (dimensions.count == 1 ? "(\(list),)" : "(\(list))") + ", }"
        if let first = dimensions.first {
            // Room for the first axis to grow to 21 digits when rows are appended.
            text += String(repeating: " ", count: 21 - String(first).utf8.count)
        }
        let excess = (NPYOutline.magic.count + 4 + text.utf8.count + 1) % 64
        text += String(repeating: " ", count: 64 - excess) + "\n"
        var writer = ByteWriter(reservingCapacity: NPYOutline.magic.count + 4 + text.utf8.count)
        writer.append(NPYOutline.magic)
        writer.u8(1)
        writer.u8(0)
        writer.u16(UInt16(text.utf8.count))
        writer.string(text)
        return writer.bytes
    }
}

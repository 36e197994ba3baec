import LTFNBytes
import LTFNCheckpoint

/// Which part of a partitioned variable a tensor is: `TensorSliceProto`.
struct TensorSlice {
    struct Extent {
        var start: Int
        /// nil: all of the axis.
        var length: Int?
    }

    var extents: [Extent] = []

    init(_ extents: [Extent]) {
        self.extents = extents
    }

    /// - Throws: `corrupt`, `limitExceeded`.
    init(_ message: ProtobufReader, limits: DecodingLimits) throws(FormatError) {
        var message = message
        while let field = try message.next() {
            guard case (1, .bytes(let range)) = (field.number, field.value) else { continue }
            guard extents.count < limits.rank else {
                throw BundleEntry.error(
                    .limitExceeded,
                    "A slice has more than the \(limits.rank) axes that are allowed.")
            }
            extents.append(try Self.extent(message.message(range)))
        }
    }

    private static func extent(_ message: ProtobufReader) throws(FormatError) -> Extent {
        var message = message
        var extent = Extent(start: 0)
        while let field = try message.next() {
            switch (field.number, field.value) {
            case (1, .varint(let number)):
                extent.start = try BundleEntry.int(number, "start of a slice")
            case (2, .varint(let number)):
                extent.length = try BundleEntry.int(number, "length of a slice")
            default: break
            }
        }
        return extent
    }

    /// The key that the slice of the variable `name` has in the index.
    func key(of name: [UInt8]) -> [UInt8] {
        var key = OrderedKey()
        key.append(0)
        key.append(name)
        key.append(UInt64(extents.count))
        for extent in extents {
            key.append(signed: Int64(extent.start))
            key.append(signed: extent.length.map { Int64($0) } ?? -1)
        }
        return key.bytes
    }

    /// The box that the slice is of a tensor of `shape`.
    ///
    /// - Throws: `corrupt` when it is not within.
    func box(in shape: [Int]) throws(FormatError) -> TensorBox {
        guard extents.count == shape.count else {
            throw BundleEntry.error(
                .corrupt,
                "A slice has \(extents.count) axes, the variable \(shape.count).")
        }
        var box = TensorBox(starts: [], lengths: [])
        for (extent, dimension) in zip(extents, shape) {
            let length = extent.length ?? dimension
            guard extent.start <= dimension, length <= dimension - extent.start else {
                throw BundleEntry.error(
                    .corrupt,
                    "A slice begins at \(extent.start) and has \(length) of an axis of \(dimension)."
                )
            }
            box.starts.append(extent.start)
            box.lengths.append(length)
        }
        return box
    }
}

/// Numbers and strings as bytes that sort as they do: `OrderedCode` of TensorFlow.
private struct OrderedKey {
    private(set) var bytes: [UInt8] = []

    /// How many bytes follow, then these, the highest first.
    mutating func append(_ number: UInt64) {
        let count = (64 - number.leadingZeroBitCount + 7) / 8
        bytes.append(UInt8(count))
        for place in (0..<count).reversed() {
            bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * place)))
        }
    }

    /// 00 and FF are escaped, so that 00 01 ends the string.
    mutating func append(_ string: [UInt8]) {
        for byte in string {
            bytes.append(byte)
            if byte == 0x00 { bytes.append(0xFF) }
            if byte == 0xFF { bytes.append(0x00) }
        }
        bytes += [0x00, 0x01]
    }

    /// As many ones as there are bytes, then the two's complement; all of the first inverted
    /// for what is negative.
    mutating func append(signed number: Int64) {
        let magnitude = UInt64(bitPattern: number < 0 ? ~number : number)
        let count = (64 - magnitude.leadingZeroBitCount) / 7 + 1
        let sign: UInt8 = number < 0 ? 0xFF : 0
        var places = [UInt8](repeating: sign, count: 2)
        for shift in stride(from: Int64(56), through: 0, by: -8) {
            places.append(UInt8(truncatingIfNeeded: number >> shift))
        }
        var tail = Array(places.suffix(count))
        if count <= 8 {
            tail[0] ^= UInt8(truncatingIfNeeded: 0xFF00 >> count)
        } else {
            tail[0] ^= 0xFF
            tail[1] ^= UInt8(truncatingIfNeeded: 0xFF00 >> (count - 8))
        }
        bytes += tail
    }
}

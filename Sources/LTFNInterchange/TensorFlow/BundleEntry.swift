import LTFNBytes
import LTFNCheckpoint

/// What the index of a checkpoint says of a tensor: `BundleEntryProto`.
struct BundleEntry {
    /// The number that TensorFlow gives to the dtype.
    var dtype: UInt64 = 0
    var shape: [Int] = []
    /// Which of the files of values.
    var shard = 0
    var offset: UInt64 = 0
    var byteCount: UInt64 = 0
    /// Of the bytes in the file, masked.
    var checksum: UInt32 = 0
    /// The parts of a partitioned variable, which has no values of its own.
    var slices: [TensorSlice] = []

    init() {}

    /// - Throws: `corrupt`, `limitExceeded`.
    init(
        _ value: [UInt8], _ header: BundleHeader, limits: DecodingLimits
    ) throws(FormatError) {
        var reader = try ProtobufReader(
            MemorySource(value), format: TensorFlowFormat.name)
        while let field = try reader.next() {
            switch (field.number, field.value) {
            case (1, .varint(let number)): dtype = number
            case (2, .bytes(let range)): try readShape(reader.message(range), limits)
            case (3, .varint(let number)): shard = try Self.int(number, "number of a file")
            case (4, .varint(let number)):
                offset = UInt64(try Self.int(number, "place of the values"))
            case (5, .varint(let number)):
                byteCount = UInt64(try Self.int(number, "length of the values"))
            case (6, .fixed32(let number)): checksum = number
            case (7, .bytes(let range)):
                try slices.makeRoomForOne()
                slices.append(try TensorSlice(reader.message(range), limits: limits))
            default: break
            }
        }
        guard shard < header.shardCount else {
            throw Self.error(
                .corrupt,
                "Its values are said to be in file \(shard), counted from 0, of "
                    + "\(header.shardCount).")
        }
    }

    private mutating func readShape(
        _ message: ProtobufReader, _ limits: DecodingLimits
    ) throws(FormatError) {
        var message = message
        while let field = try message.next() {
            switch (field.number, field.value) {
            case (2, .bytes(let range)):
                guard shape.count < limits.rank else {
                    throw Self.error(
                        .limitExceeded,
                        "The tensor has more than the \(limits.rank) axes that are allowed.")
                }
                shape.append(try Self.dimension(message.message(range)))
            case (3, .varint(let flag)) where flag != 0:
                throw Self.error(.corrupt, "The number of its axes is said to be unknown.")
            default: break
            }
        }
    }

    private static func dimension(_ message: ProtobufReader) throws(FormatError) -> Int {
        var message = message
        var size = 0
        while let field = try message.next() {
            if case (1, .varint(let number)) = (field.number, field.value) {
                size = try int(number, "length of an axis")
            }
        }
        return size
    }

    static func int(_ number: UInt64, _ what: String) throws(FormatError) -> Int {
        guard let result = Int(exactly: number) else {
            throw error(
                .corrupt,
                "The \(what) is \(Int64(bitPattern: number)); expected 0 or more.")
        }
        return result
    }

    static func error(_ code: FormatError.Code, _ message: String) -> FormatError {
        FormatError(code, format: TensorFlowFormat.name, message)
    }

    /// - Precondition: it has no slices.
    var bytes: [UInt8] {
        var writer = ProtobufWriter()
        writer.varint(1, dtype)
        writer.message(2) { writer in
            for dimension in shape {
                writer.message(2) { if dimension != 0 { $0.varint(1, Int64(dimension)) } }
            }
        }
        if shard != 0 { writer.varint(3, UInt64(shard)) }
        if offset != 0 { writer.varint(4, offset) }
        if byteCount != 0 { writer.varint(5, byteCount) }
        writer.fixed32(6, checksum)
        return writer.bytes
    }
}

extension BundleEntry {
    /// The tensor as it is read.
    ///
    /// - Throws: `corrupt` when the length of the values is another; `limitExceeded`.
    func tensor(_ dtype: DType) throws(FormatError) -> TensorInfo {
        let tensor = try TensorInfo(dtype: dtype, shape: TensorShape(shape))
        guard slices.isEmpty else { return tensor }
        guard byteCount == UInt64(tensor.byteCount) else {
            throw Self.error(
                .corrupt,
                "Its values have \(byteCount) bytes; \(dtype.rawValue) \(tensor.shape) takes "
                    + "\(tensor.byteCount).")
        }
        return tensor
    }
}

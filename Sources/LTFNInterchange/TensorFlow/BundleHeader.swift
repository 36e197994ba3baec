import LTFNBytes
import LTFNCheckpoint

/// What the index of a checkpoint says of the whole, under the empty key: `BundleHeaderProto`.
///
/// Strings of ours stand in fields that TensorFlow has no meaning for and passes over.
struct BundleHeader {
    var shardCount = 1
    var isBigEndian = false
    var strings: [JSONMember] = []

    /// The version of the format that is written, and the newest that is read.
    private static let version: UInt64 = 1
    private static let stringsField = 27_764

    init() {}

    /// - Throws: `unsupportedFeature` for the index of an older format, `unsupportedVersion`,
    ///   `corrupt`.
    init(_ value: [UInt8], limits: DecodingLimits) throws(FormatError) {
        let format = TensorFlowFormat.name
        var reader = try ProtobufReader(MemorySource(value), format: format)
        var count: UInt64 = 0
        while let field = try reader.next() {
            switch (field.number, field.value) {
            case (1, .bytes):
                throw FormatError(
                    .unsupportedFeature, format: format,
                    "This is a checkpoint of the first version (V1), which TensorFlow stopped writing "
                        + "in 2016. Save it again with TensorFlow: restore it with "
                        + "tf.compat.v1.train.Saver, and save it with write_version V2.")
            case (1, .varint(let number)): count = number
            case (2, .varint(let number)):
                guard number <= 1 else {
                    throw reader.error(
                        .corrupt, at: field.offset,
                        "The byte order is \(number); expected 0 (little) or 1 (big).")
                }
                isBigEndian = number == 1
            case (3, .bytes(let range)): try Self.expectVersion(try reader.message(range))
            case (Self.stringsField, .bytes(let range)):
                strings.append(try Self.string(try reader.message(range), limits))
            default: break
            }
        }
        guard let shardCount = Int32(exactly: count), shardCount > 0 else {
            throw FormatError(
                .corrupt, format: format,
                "The index says that the values are in \(Int64(bitPattern: count)) files; expected 1 "
                    + "or more.")
        }
        self.shardCount = Int(shardCount)
    }

    private static func expectVersion(_ message: ProtobufReader) throws(FormatError) {
        var message = message
        while let field = try message.next() {
            switch (field.number, field.value) {
            case (2, .varint(let least)) where least > version && Int64(bitPattern: least) > 0:
                throw FormatError(
                    .unsupportedVersion, format: TensorFlowFormat.name,
                    "The checkpoint asks for readers of version \(least); this is one of \(version)."
                )
            case (3, .varint(version)):
                throw FormatError(
                    .unsupportedVersion, format: TensorFlowFormat.name,
                    "The checkpoint rules out readers of version \(version), which this is.")
            default: break
            }
        }
    }

    private static func string(
        _ message: ProtobufReader, _ limits: DecodingLimits
    ) throws(FormatError) -> JSONMember {
        var message = message
        var (key, value) = ("", "")
        while let field = try message.next() {
            switch (field.number, field.value) {
            case (1, .bytes(let range)): key = try message.string(range)
            case (2, .bytes(let range)):
                value = try message.string(range, limit: limits.indexByteCount)
            default: break
            }
        }
        return JSONMember(key, .string(value))
    }

    var bytes: [UInt8] {
        var writer = ProtobufWriter()
        writer.varint(1, UInt64(shardCount))
        writer.message(3) { $0.varint(1, Self.version) }
        for member in strings {
            guard case .string(let value) = member.value else { continue }
            writer.message(Self.stringsField) {
                $0.string(1, member.key)
                $0.string(2, value)
            }
        }
        return writer.bytes
    }
}

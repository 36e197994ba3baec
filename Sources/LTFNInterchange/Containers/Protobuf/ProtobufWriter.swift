/// Writes the fields of a protocol buffers message.
package struct ProtobufWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// A number, as `int64`, `uint64`, `bool` and enumerations have it.
    package mutating func varint(_ number: Int, _ value: UInt64) {
        tag(number, 0)
        append(value)
    }

    package mutating func varint(_ number: Int, _ value: Int64) {
        varint(number, UInt64(bitPattern: value))
    }

    package mutating func fixed32(_ number: Int, _ value: UInt32) {
        tag(number, 5)
        for shift in stride(from: 0, to: 32, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(shift)))
        }
    }

    package mutating func float(_ number: Int, _ value: Float) { fixed32(number, value.bitPattern) }

    package mutating func bytes(_ number: Int, _ value: [UInt8]) {
        head(number, byteCount: value.count)
        bytes += value
    }

    package mutating func string(_ number: Int, _ value: String) {
        bytes(number, Array(value.utf8))
    }

    package mutating func message(_ number: Int, _ body: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        body(&inner)
        bytes(number, inner.bytes)
    }

    /// Fields that are written already.
    package mutating func append(_ fields: ProtobufWriter) { bytes += fields.bytes }

    /// What stands before `byteCount` bytes that are written elsewhere.
    package mutating func head(_ number: Int, byteCount: Int) {
        tag(number, 2)
        append(UInt64(byteCount))
    }

    private mutating func tag(_ number: Int, _ wireType: UInt64) {
        append(UInt64(number) << 3 | wireType)
    }

    private mutating func append(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

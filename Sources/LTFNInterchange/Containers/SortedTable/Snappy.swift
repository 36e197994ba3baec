import LTFNBytes

/// Unpacks blocks that are packed with snappy.
///
/// A block says how long it becomes, and is then literals and copies of what came before.
package enum Snappy {
    /// No packed byte becomes more: a copy takes three bytes for 64 at most.
    private static let largestRatio = 22

    /// - Throws: `corrupt`, before more is allocated than the packed bytes can become.
    package static func unpack(_ packed: [UInt8]) throws(FormatError) -> [UInt8] {
        var input = ByteReader(packed)
        let length = try input.varint32()
        guard length <= packed.count * largestRatio else {
            throw FormatError(
                .corrupt,
                "A block of \(packed.count) packed bytes claims to become \(length); snappy makes "
                    + "\(packed.count * largestRatio) of them at most.")
        }
        try AvailableMemory.expect(length)
        var output: [UInt8] = []
        output.reserveCapacity(length)
        while input.remaining > 0 {
            let tag = Int(try input.u8())
            let count: Int
            if tag & 3 == 0 {
                count = try input.literalLength(tag >> 2)
                guard count <= length - output.count else { throw excess(length) }
                output += try input.bytes(count)
            } else {
                let copy = try input.copy(tag)
                guard copy.count <= length - output.count else { throw excess(length) }
                try repeatBytes(copy.count, from: copy.distance, in: &output)
            }
        }
        guard output.count == length else {
            throw FormatError(
                .corrupt,
                "A packed block becomes \(output.count) bytes, not the \(length) it claims.")
        }
        return output
    }

    private static func excess(_ length: Int) -> FormatError {
        FormatError(.corrupt, "A packed block becomes more than the \(length) bytes it claims.")
    }

    /// Copies may reach into what they write: a distance of 1 repeats a byte.
    private static func repeatBytes(
        _ count: Int, from distance: Int, in output: inout [UInt8]
    ) throws(FormatError) {
        guard distance > 0, distance <= output.count else {
            throw FormatError(
                .corrupt,
                "A packed block refers \(distance) bytes back, where \(output.count) stand.")
        }
        let start = output.count - distance
        for place in start..<start + count { output.append(output[place]) }
    }
}

extension ByteReader {
    /// The length of a literal, of which the upper six bits of its tag tell.
    fileprivate mutating func literalLength(_ short: Int) throws(FormatError) -> Int {
        guard short >= 60 else { return short + 1 }
        var length = 0
        for number in 0..<short - 59 { length |= Int(try u8()) << (8 * number) }
        return length + 1
    }

    fileprivate mutating func copy(
        _ tag: Int
    ) throws(FormatError) -> (count: Int, distance: Int) {
        switch tag & 3 {
        case 1: (4 + (tag >> 2) & 7, (tag >> 5) << 8 | Int(try u8()))
        case 2: (1 + tag >> 2, Int(try u16()))
        default: (1 + tag >> 2, Int(try u32()))
        }
    }
}

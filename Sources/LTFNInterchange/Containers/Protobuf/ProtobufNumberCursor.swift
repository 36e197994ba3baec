import LTFNBytes
import LTFNCheckpoint
import Synchronization

/// Reads values that are written as numbers, range by range. Ranges that follow one another take
/// one pass.
final class ProtobufNumberCursor: Sendable {
    private struct Place {
        var index: Int
        /// Of the next byte.
        var position: Int
        var bytes: ProtobufNumberBytes
    }

    private let place = Mutex<Place?>(nil)

    /// A range of the bytes of the values.
    ///
    /// - Parameters:
    ///   - bitsPerNumber: how many low bits of each number count, 64 at most.
    ///   - index: by which the tensor is known.
    /// - Throws: `corrupt`, `truncated`, `io`.
    func read(
        _ numbers: ProtobufNumbers, bitsPerNumber: Int, _ range: Range<Int>, of index: Int
    ) throws(FormatError) -> AlignedBytes {
        try place.withLock { place throws(FormatError) in
            var here: Place
            if let last = place, last.index == index, last.position <= range.lowerBound {
                here = last
            } else {
                here = Place(
                    index: index, position: 0,
                    bytes: ProtobufNumberBytes(numbers, bitsPerNumber: bitsPerNumber))
            }
            // What is thrown leaves no place to go on from.
            place = nil
            while here.position < range.lowerBound {
                _ = try here.bytes.next()
                here.position += 1
            }
            var result = try AlignedBytes(reserving: range.count)
            while here.position < range.upperBound {
                let count = min(pieceByteCount, range.upperBound - here.position)
                var piece: [UInt8] = []
                piece.reserveCapacity(count)
                while piece.count < count { piece.append(try here.bytes.next()) }
                result.replaceBytes(at: here.position - range.lowerBound, with: piece)
                here.position += count
            }
            place = here
            return result
        }
    }
}

/// The bytes of values that are written as numbers, of each its low bits.
private struct ProtobufNumberBytes {
    private var numbers: ProtobufNumberIterator
    private let width: UInt64
    /// Bits that have been taken out of numbers and not given yet.
    private var bits: UInt64 = 0
    private var bitCount: UInt64 = 0
    private let format: String

    init(_ numbers: ProtobufNumbers, bitsPerNumber: Int) {
        self.numbers = ProtobufNumberIterator(numbers)
        width = UInt64(bitsPerNumber)
        format = numbers.message.format
    }

    /// The next byte; elements of six bits follow one another without a gap, and end with zeros.
    mutating func next() throws(FormatError) -> UInt8 {
        while bitCount < 8 {
            guard let number = try numbers.next() else {
                guard bitCount > 0 else {
                    throw FormatError(
                        .corrupt, format: format, "There are fewer values than before.")
                }
                bitCount = 8
                break
            }
            let mask = width == 64 ? UInt64.max : 1 << width - 1
            bits |= (number & mask) << bitCount
            bitCount += width
        }
        defer {
            bits >>= 8
            bitCount -= 8
        }
        return UInt8(truncatingIfNeeded: bits)
    }
}

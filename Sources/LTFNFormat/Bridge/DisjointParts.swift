import LTFNBytes
import LTFNParallel
import Synchronization

/// A part of one of several blocks of bytes.
struct BlockPart: Hashable, Sendable {
    /// The number of the block.
    var block: Int
    /// The number of the part among those of the block.
    var number: Int
    /// The bytes of the block.
    var range: Range<Int>
}

extension Parallelism {
    /// Blocks of bytes, whose parts are filled at the same time.
    ///
    /// - Parameters:
    ///   - parts: cover every block, in order.
    ///   - fill: writes every byte of a part.
    /// - Throws: of the errors that `fill` threw, that of the first part.
    func fill(
        blocksOf byteCounts: [Int], parts: [BlockPart],
        _ fill:
            @Sendable (_ place: BlockPart, _ part: inout MutableRawSpan) throws(FormatError) -> Void
    ) throws(FormatError) -> [AlignedBytes] {
        Self.expectCover(of: byteCounts, by: parts)
        var blocks: [AlignedBytes] = []
        for byteCount in byteCounts {
            blocks.append(try unsafe AlignedBytes(reservingUnfilled: byteCount))
        }
        // A block stays where it is for as long as `blocks` holds it; each part is touched by the
        // one thread that runs its index.
        var pointers = unsafe [UnsafeMutableRawBufferPointer]()
        for number in blocks.indices { unsafe pointers.append(Self.buffer(of: &blocks[number])) }
        nonisolated(unsafe) let buffers = unsafe pointers
        let errors = Mutex<[Int: FormatError]>([:])
        let isLittle = byteCounts.reduce(0, &+) < Self.sharedByteCount
        (isLittle ? Parallelism(threadCount: 1) : self).forEach(parts.count) { index in
            let place = parts[index]
            let part = unsafe UnsafeMutableRawBufferPointer(
                rebasing: buffers[place.block][place.range])
            var span = unsafe MutableRawSpan(_unsafeBytes: part)
            do throws(FormatError) {
                try fill(place, &span)
            } catch {
                errors.withLock { $0[index] = error }
            }
        }
        if let first = errors.withLock({ $0.min { $0.key < $1.key }?.value }) { throw first }
        return blocks
    }

    /// Waking another thread for fewer bytes costs more than filling them.
    private static let sharedByteCount = 1 << 14

    private static func buffer(of block: inout AlignedBytes) -> UnsafeMutableRawBufferPointer {
        var span = block.mutableBytes
        return unsafe span.withUnsafeMutableBytes { unsafe $0 }
    }

    private static func expectCover(of byteCounts: [Int], by parts: [BlockPart]) {
        var next = parts.startIndex
        for (block, byteCount) in byteCounts.enumerated() {
            var end = 0
            while next < parts.endIndex, parts[next].block == block {
                precondition(parts[next].range.lowerBound == end)
                end = parts[next].range.upperBound
                next += 1
            }
            precondition(end == byteCount)
        }
        precondition(next == parts.endIndex)
    }
}

import LTFNBytes
import LTFNParallel
import Synchronization

extension ThreadPool {
    /// Fills parts of `bytes` at the same time.
    ///
    /// - Parameters:
    ///   - parts: within `bytes`, ascending, none overlapping another.
    ///   - work: done on this thread at the same time.
    ///   - fill: writes part number `index`.
    /// - Throws: of the errors that `fill` threw, that of the first part.
    func fill(
        _ parts: [Range<Int>], of bytes: inout AlignedBytes, meanwhile work: () -> Void = {},
        _ fill: @Sendable (_ index: Int, _ part: inout MutableRawSpan) throws(FormatError) -> Void
    ) throws(FormatError) {
        var end = 0
        for part in parts {
            precondition(part.lowerBound >= end && part.upperBound <= bytes.byteCount)
            end = part.upperBound
        }
        let errors = Mutex<[Int: FormatError]>([:])
        var span = bytes.mutableBytes
        unsafe span.withUnsafeMutableBytes { buffer in
            // Each index is run once and touches its own part alone.
            nonisolated(unsafe) let buffer = unsafe buffer
            forEach(
                parts.count,
                { index in
                    let part = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[parts[index]])
                    var span = unsafe MutableRawSpan(_unsafeBytes: part)
                    do throws(FormatError) {
                        try fill(index, &span)
                    } catch {
                        errors.withLock { $0[index] = error }
                    }
                }, meanwhile: work)
        }
        if let first = errors.withLock({ $0.min { $0.key < $1.key }?.value }) { throw first }
    }
}

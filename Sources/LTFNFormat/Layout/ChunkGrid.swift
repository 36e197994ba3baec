/// Where a variable is cut.
struct ChunkGrid: Hashable, Sendable {
    /// Of the variable's values.
    let byteCount: Int
    /// A chunk holds 2^`exponent` bytes.
    let exponent: UInt8

    /// How many chunks there are.
    var count: Int {
        let whole = byteCount >> Int(exponent)
        return whole << Int(exponent) == byteCount ? whole : whole + 1
    }

    /// The bytes of a chunk: its `position` is below `count`.
    func range(of position: Int) -> Range<Int> {
        let start = position << Int(exponent)
        return start..<start + min(1 << Int(exponent), byteCount - start)
    }

    /// The positions of the chunks that hold a range of bytes.
    func positions(of range: Range<Int>) -> Range<Int> {
        let first = range.lowerBound >> Int(exponent)
        return first..<(range.isEmpty ? first : (range.upperBound - 1) >> Int(exponent) + 1)
    }
}

/// 8 × 8 bytes in registers, a column in each word.
struct ByteSquare {
    private var a: UInt64
    private var b: UInt64
    private var c: UInt64
    private var d: UInt64
    private var e: UInt64
    private var f: UInt64
    private var g: UInt64
    private var h: UInt64

    /// - Parameter distance: of a column from the one before; all bytes are there.
    @inline(__always)
    @unsafe init(_ columns: UnsafeRawPointer, _ distance: Int) {
        func word(_ number: Int) -> UInt64 {
            let word = unsafe columns.loadUnaligned(
                fromByteOffset: number &* distance, as: UInt64.self)
            return UInt64(littleEndian: word)
        }
        (a, b, c, d) = (word(0), word(1), word(2), word(3))
        (e, f, g, h) = (word(4), word(5), word(6), word(7))
    }

    /// Makes rows of the columns: the 4 × 4 bytes of opposite corners change places, then in each
    /// corner the 2 × 2 bytes, then the bytes (Hacker's Delight, 7-3).
    @inline(__always)
    mutating func turn() {
        Self.exchange(&a, &e, 32, 0x0000_0000_FFFF_FFFF)
        Self.exchange(&b, &f, 32, 0x0000_0000_FFFF_FFFF)
        Self.exchange(&c, &g, 32, 0x0000_0000_FFFF_FFFF)
        Self.exchange(&d, &h, 32, 0x0000_0000_FFFF_FFFF)
        Self.exchange(&a, &c, 16, 0x0000_FFFF_0000_FFFF)
        Self.exchange(&b, &d, 16, 0x0000_FFFF_0000_FFFF)
        Self.exchange(&e, &g, 16, 0x0000_FFFF_0000_FFFF)
        Self.exchange(&f, &h, 16, 0x0000_FFFF_0000_FFFF)
        Self.exchange(&a, &b, 8, 0x00FF_00FF_00FF_00FF)
        Self.exchange(&c, &d, 8, 0x00FF_00FF_00FF_00FF)
        Self.exchange(&e, &f, 8, 0x00FF_00FF_00FF_00FF)
        Self.exchange(&g, &h, 8, 0x00FF_00FF_00FF_00FF)
    }

    /// The high parts of `low` for the low parts of `high`.
    @inline(__always)
    private static func exchange(
        _ low: inout UInt64, _ high: inout UInt64, _ shift: UInt64, _ mask: UInt64
    ) {
        let change = (low &>> shift ^ high) & mask
        high ^= change
        low ^= change &<< shift
    }

    /// Stores the words `distance` bytes from one another; there is room for them.
    @inline(__always)
    @unsafe func store(to target: UnsafeMutableRawPointer, _ distance: Int) {
        func put(_ word: UInt64, _ number: Int) {
            unsafe target.storeBytes(
                of: word.littleEndian, toByteOffset: number &* distance, as: UInt64.self)
        }
        put(a, 0)
        put(b, 1)
        put(c, 2)
        put(d, 3)
        put(e, 4)
        put(f, 5)
        put(g, 6)
        put(h, 7)
    }
}

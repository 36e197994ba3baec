import LTFNBytes

/// The two checksums of HDF5.
enum HDF5Checksum {
    /// That of structures: Jenkins' lookup3 (2006), begun with 0.
    static func lookup3(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var state = Lookup3(byteCount: bytes.count)
        var position = bytes.startIndex
        func word(_ start: Int) -> UInt32 {
            var word: UInt32 = 0
            for index in start..<min(start + 4, bytes.endIndex) where index >= start {
                word |= UInt32(bytes[index]) << UInt32(8 * (index - start))
            }
            return word
        }
        while bytes.endIndex - position > 12 {
            state.add(word(position), word(position + 4), word(position + 8))
            state.mix()
            position += 12
        }
        guard position < bytes.endIndex else { return state.c }
        state.add(
            word(position), position + 4 < bytes.endIndex ? word(position + 4) : 0,
            position + 8 < bytes.endIndex ? word(position + 8) : 0)
        state.finish()
        return state.c
    }

    /// That of chunks: Fletcher's, of words of 16 bits whose first byte is the high one.
    static func fletcher32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var (first, second): (UInt32, UInt32) = (0, 0)
        var isHigh = true
        var word: UInt32 = 0
        func fold(_ sum: UInt32) -> UInt32 { (sum & 0xFFFF) + sum >> 16 }
        func add() {
            first = fold(first + word)
            second = fold(second + first)
        }
        for byte in bytes {
            if isHigh {
                word = UInt32(byte) << 8
            } else {
                word |= UInt32(byte)
                add()
            }
            isHigh.toggle()
        }
        if !isHigh { add() }
        first = fold(first)
        second = fold(second)
        return second << 16 | first
    }
}

/// The three words of lookup3.
private struct Lookup3 {
    var a: UInt32
    var b: UInt32
    var c: UInt32

    init(byteCount: Int) {
        a = 0xDEAD_BEEF &+ UInt32(truncatingIfNeeded: byteCount)
        (b, c) = (a, a)
    }

    mutating func add(_ first: UInt32, _ second: UInt32, _ third: UInt32) {
        a &+= first
        b &+= second
        c &+= third
    }

    private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
        word << count | word >> (32 - count)
    }

    private static func step(
        _ x: inout UInt32, _ y: inout UInt32, _ z: UInt32, _ count: UInt32
    ) {
        x = (x &- y) ^ rotated(y, count)
        y &+= z
    }

    mutating func mix() {
        Self.step(&a, &c, b, 4)
        Self.step(&b, &a, c, 6)
        Self.step(&c, &b, a, 8)
        Self.step(&a, &c, b, 16)
        Self.step(&b, &a, c, 19)
        Self.step(&c, &b, a, 4)
    }

    mutating func finish() {
        c = (c ^ b) &- Self.rotated(b, 14)
        a = (a ^ c) &- Self.rotated(c, 11)
        b = (b ^ a) &- Self.rotated(a, 25)
        c = (c ^ b) &- Self.rotated(b, 16)
        a = (a ^ c) &- Self.rotated(c, 4)
        b = (b ^ a) &- Self.rotated(a, 14)
        c = (c ^ b) &- Self.rotated(b, 24)
    }
}

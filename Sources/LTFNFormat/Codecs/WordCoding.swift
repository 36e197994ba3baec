import LTFNCheckpoint

/// How the words of a dtype are transformed for planes and residuals.
package struct WordCoding: Hashable, Sendable {
    /// What planes do to a word before it is cut.
    package enum Transform: Hashable, Sendable {
        case identity
        /// Rotation left by one bit: the exponent comes to the top, the sign to the bottom.
        case rotation
        /// The lower 8 bits of the exponent, its upper 3 bits, the sign, the mantissa.
        case wideExponent
        /// The sign moves to the bottom and inverts the other bits.
        case zigzag
    }

    /// Where the exponent field of a floating-point word is, for residuals.
    package struct Exponent: Hashable, Sendable {
        package var shift: UInt64
        package var mask: UInt64
        package var bias: UInt64
        package var limit: UInt64
    }

    /// The bytes of a word: 1, 2, 4 or 8.
    package let byteCount: Int
    package let transform: Transform
    /// nil: the words are compared as unsigned integers.
    package let exponent: Exponent?

    package init(_ dtype: DType) {
        switch dtype {
        case .bool, .i2, .i4, .i8, .u2, .u4, .u8, .f8e4m3fn, .f8e4m3fnuz, .f8e5m2, .f8e5m2fnuz,
            .f8e8m0, .f6e2m3, .f6e3m2, .f4e2m1, .bits8:
            self.init(1, .identity, nil)
        case .u16, .bits16: self.init(2, .identity, nil)
        case .u32, .bits32: self.init(4, .identity, nil)
        case .u64, .bits64, .bits128: self.init(8, .identity, nil)
        case .i16: self.init(2, .zigzag, nil)
        case .i32: self.init(4, .zigzag, nil)
        case .i64: self.init(8, .zigzag, nil)
        case .f16:
            self.init(2, .rotation, Exponent(shift: 10, mask: 0x1F, bias: 0, limit: 0x1F))
        case .bf16:
            self.init(2, .rotation, Exponent(shift: 7, mask: 0xFF, bias: 0, limit: 191))
        case .f32, .c64:
            self.init(4, .rotation, Exponent(shift: 23, mask: 0xFF, bias: 0, limit: 191))
        case .f64, .c128:
            self.init(8, .wideExponent, Exponent(shift: 52, mask: 0x7FF, bias: 896, limit: 191))
        }
    }

    private init(_ byteCount: Int, _ transform: Transform, _ exponent: Exponent?) {
        self.byteCount = byteCount
        self.transform = transform
        self.exponent = exponent
    }

    package var bitCount: Int { byteCount * 8 }
}

// The reference: one word at a time.
extension WordCoding {
    private var mask: UInt64 { ~0 >> UInt64(64 - bitCount) }

    private func signExtension(_ word: UInt64) -> UInt64 {
        (word >> UInt64(bitCount - 1)) & 1 == 1 ? mask : 0
    }

    /// `word` as planes hold it.
    package func transformed(_ word: UInt64) -> UInt64 {
        switch transform {
        case .identity: word
        case .rotation: (word << 1 | word >> UInt64(bitCount - 1)) & mask
        case .wideExponent:
            (word >> 52 & 0xFF) << 56 | (word >> 60 & 7) << 53 | (word >> 63) << 52
                | word & 0xF_FFFF_FFFF_FFFF
        case .zigzag: zigzag(word)
        }
    }

    /// The inverse of `transformed`.
    package func restored(_ word: UInt64) -> UInt64 {
        switch transform {
        case .identity: word
        case .rotation: (word >> 1 | word << UInt64(bitCount - 1)) & mask
        case .wideExponent:
            (word >> 52 & 1) << 63 | (word >> 53 & 7) << 60 | (word >> 56) << 52
                | word & 0xF_FFFF_FFFF_FFFF
        case .zigzag: unzigzag(word)
        }
    }

    private func zigzag(_ word: UInt64) -> UInt64 {
        (word << 1 & mask) ^ signExtension(word)
    }

    private func unzigzag(_ word: UInt64) -> UInt64 {
        word >> 1 ^ (word & 1 == 1 ? mask : 0)
    }

    private var topBit: UInt64 { 1 << UInt64(bitCount - 1) }

    private func order(_ word: UInt64) -> UInt64 {
        guard exponent != nil else { return word }
        return word & topBit != 0 ? ~word & mask : word | topBit
    }

    private func unorder(_ word: UInt64) -> UInt64 {
        guard exponent != nil else { return word }
        return word & topBit != 0 ? word & ~topBit : ~word & mask
    }

    /// What leads from `origin` to `word`: a small number when they are close.
    package func change(to word: UInt64, from origin: UInt64) -> UInt64 {
        zigzag((order(word) &- order(origin)) & mask)
    }

    /// The inverse of `change(to:from:)`.
    package func changed(_ origin: UInt64, by change: UInt64) -> UInt64 {
        unorder((order(origin) &+ unzigzag(change)) & mask)
    }

    /// What the lengths of changes of `origin` are stored relative to.
    package func scale(of origin: UInt64) -> Int {
        guard let exponent else { return 0 }
        let field = origin >> exponent.shift & exponent.mask
        return Int(min(field < exponent.bias ? 0 : field - exponent.bias, exponent.limit))
    }
}

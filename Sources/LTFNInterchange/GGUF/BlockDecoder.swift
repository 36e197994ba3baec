import LTFNBytes
import LTFNCheckpoint

/// Turns blocks of quantized values into float32, with the bits that `gguf.quants.dequantize` of
/// Python gives: each product and each sum is rounded by itself.
package struct BlockDecoder: Sendable {
    package let type: BlockType

    /// Fails for types that cannot be decoded.
    package init?(_ type: BlockType) {
        switch type {
        case .q40, .q41, .q50, .q51, .q80, .q4K, .q5K, .q6K: self.type = type
        default: return nil
        }
    }

    /// The elements of whole blocks.
    ///
    /// - Throws: `io` when memory is short.
    package func decode(_ bytes: AlignedBytes) throws(FormatError) -> AlignedBytes {
        let count = bytes.byteCount / type.byteCount
        let (byteCount, overflow) = (4 * type.elementCount).multipliedReportingOverflow(by: count)
        guard !overflow else {
            throw FormatError(.limitExceeded, "\(count) blocks have more elements than 2^63 - 1.")
        }
        var result = try AlignedBytes(reserving: byteCount)
        var floats = result.mutableFloats
        let blocks = bytes.elements(as: UInt8.self)
        switch type {
        case .q40: each(count, blocks, &floats, Self.q40)
        case .q41: each(count, blocks, &floats, Self.q41)
        case .q50: each(count, blocks, &floats, Self.q50)
        case .q51: each(count, blocks, &floats, Self.q51)
        case .q80: each(count, blocks, &floats, Self.q80)
        case .q4K: each(count, blocks, &floats, Self.q4K)
        case .q5K: each(count, blocks, &floats, Self.q5K)
        default: each(count, blocks, &floats, Self.q6K)
        }
        return result
    }

    /// Rows of a length that is known let the compiler see that every index lies within.
    @inline(__always)
    private func each(
        _ count: Int, _ blocks: Span<UInt8>, _ floats: inout MutableSpan<Float>,
        _ decode: (Span<UInt8>, inout MutableSpan<Float>, Int) -> Void
    ) {
        let (elementCount, byteCount) = (type.elementCount, type.byteCount)
        for block in 0..<count {
            let from = block * byteCount
            decode(
                blocks.extracting(from..<from + byteCount), &floats, block * elementCount)
        }
    }
}

// Blocks of 32 elements: the low halves of 16 bytes come before the high ones.
extension BlockDecoder {
    @inline(__always)
    private static func q40(
        _ block: Span<UInt8>, _ row: inout MutableSpan<Float>, _ start: Int
    ) {
        let scale = half(block, 0)
        let codes = block.extracting(2..<18)
        for k in 0..<16 { row[start &+ k] = scale * Float(Int32(codes[k] & 15) &- 8) }
        for k in 0..<16 { row[start &+ 16 &+ k] = scale * Float(Int32(codes[k] >> 4) &- 8) }
    }

    @inline(__always)
    private static func q41(
        _ block: Span<UInt8>, _ row: inout MutableSpan<Float>, _ start: Int
    ) {
        let (scale, least) = (half(block, 0), half(block, 2))
        let codes = block.extracting(4..<20)
        for k in 0..<16 { row[start &+ k] = scale * Float(Int32(codes[k] & 15)) + least }
        for k in 0..<16 { row[start &+ 16 &+ k] = scale * Float(Int32(codes[k] >> 4)) + least }
    }

    @inline(__always)
    private static func q50(
        _ block: Span<UInt8>, _ row: inout MutableSpan<Float>, _ start: Int
    ) {
        let (scale, bits) = (half(block, 0), word(block, 2))
        let codes = block.extracting(6..<22)
        for k in 0..<16 {
            let high = Int32(truncatingIfNeeded: bits &>> UInt32(k) & 1) &<< 4
            row[start &+ k] = scale * Float((Int32(codes[k] & 15) | high) &- 16)
        }
        for k in 0..<16 {
            let high = Int32(truncatingIfNeeded: bits &>> UInt32(16 &+ k) & 1) &<< 4
            row[start &+ 16 &+ k] = scale * Float((Int32(codes[k] >> 4) | high) &- 16)
        }
    }

    @inline(__always)
    private static func q51(
        _ block: Span<UInt8>, _ row: inout MutableSpan<Float>, _ start: Int
    ) {
        let (scale, least, bits) = (half(block, 0), half(block, 2), word(block, 4))
        let codes = block.extracting(8..<24)
        for k in 0..<16 {
            let high = Int32(truncatingIfNeeded: bits &>> UInt32(k) & 1) &<< 4
            row[start &+ k] = scale * Float(Int32(codes[k] & 15) | high) + least
        }
        for k in 0..<16 {
            let high = Int32(truncatingIfNeeded: bits &>> UInt32(16 &+ k) & 1) &<< 4
            row[start &+ 16 &+ k] = scale * Float(Int32(codes[k] >> 4) | high) + least
        }
    }

    @inline(__always)
    private static func q80(
        _ block: Span<UInt8>, _ row: inout MutableSpan<Float>, _ start: Int
    ) {
        let scale = half(block, 0)
        let codes = block.extracting(2..<34)
        for k in 0..<32 { row[start &+ k] = Float(Int32(Int8(bitPattern: codes[k]))) * scale }
    }

    @inline(__always)
    private static func word(_ block: Span<UInt8>, _ start: Int) -> UInt32 {
        UInt32(block[start]) | UInt32(block[start + 1]) << 8 | UInt32(block[start + 2]) << 16
            | UInt32(block[start + 3]) << 24
    }

    /// A float16 as float32.
    @inline(__always)
    private static func half(_ block: Span<UInt8>, _ start: Int) -> Float {
        let code = UInt32(block[start]) | UInt32(block[start + 1]) << 8
        let sign = (code & 0x8000) << 16
        let (exponent, mantissa) = (code >> 10 & 0x1F, code & 0x3FF)
        switch exponent {
        case 0:
            // A multiple of 2⁻²⁴.
            let magnitude = Float(mantissa) * Float(bitPattern: 0x3380_0000)
            return Float(bitPattern: sign | magnitude.bitPattern)
        case 31: return Float(bitPattern: sign | 0x7F80_0000 | mantissa << 13)
        default: return Float(bitPattern: sign | (exponent + 112) << 23 | mantissa << 13)
        }
    }
}

// Blocks of 256 elements, in rows of 32 or 16 with scales of their own.
extension BlockDecoder {
    @inline(__always)
    private static func q4K(
        _ block: Span<UInt8>, _ row: inout MutableSpan<Float>, _ start: Int
    ) {
        let (scale, least) = (half(block, 0), half(block, 2))
        for pair in 0..<4 {
            let codes = block.extracting(16 + 32 * pair..<48 + 32 * pair)
            let (low, high) = (start + 64 * pair, start + 64 * pair + 32)
            let first = scales(block, 2 * pair)
            let (d, m) = (scale * first.scale, least * first.least)
            for k in 0..<32 { row[low &+ k] = d * Float(Int32(codes[k] & 15)) - m }
            let second = scales(block, 2 * pair + 1)
            let (e, n) = (scale * second.scale, least * second.least)
            for k in 0..<32 { row[high &+ k] = e * Float(Int32(codes[k] >> 4)) - n }
        }
    }

    @inline(__always)
    private static func q5K(
        _ block: Span<UInt8>, _ row: inout MutableSpan<Float>, _ start: Int
    ) {
        let (scale, least) = (half(block, 0), half(block, 2))
        let bits = block.extracting(16..<48)
        for pair in 0..<4 {
            let codes = block.extracting(48 + 32 * pair..<80 + 32 * pair)
            let (low, high) = (start + 64 * pair, start + 64 * pair + 32)
            let shift = UInt8(2 * pair)
            let first = scales(block, 2 * pair)
            let (d, m) = (scale * first.scale, least * first.least)
            for k in 0..<32 {
                let code = codes[k] & 15 | (bits[k] &>> shift & 1) &<< 4
                row[low &+ k] = d * Float(Int32(code)) - m
            }
            let second = scales(block, 2 * pair + 1)
            let (e, n) = (scale * second.scale, least * second.least)
            for k in 0..<32 {
                let code = codes[k] >> 4 | (bits[k] &>> (shift &+ 1) & 1) &<< 4
                row[high &+ k] = e * Float(Int32(code)) - n
            }
        }
    }

    /// The factors of the row `index`, 6 bits each: of the first four rows in bytes of their own,
    /// of the others 4 bits in a byte for two and 2 bits above those of the first.
    @inline(__always)
    private static func scales(
        _ block: Span<UInt8>, _ index: Int
    ) -> (scale: Float, least: Float) {
        let packed = block.extracting(4..<16)
        if index < 4 {
            return (Float(Int32(packed[index] & 63)), Float(Int32(packed[4 + index] & 63)))
        }
        let both = packed[4 + index]
        return (
            Float(Int32(both & 15 | packed[index - 4] >> 2 & 48)),
            Float(Int32(both >> 4 | packed[index] >> 2 & 48))
        )
    }

    @inline(__always)
    private static func q6K(
        _ block: Span<UInt8>, _ row: inout MutableSpan<Float>, _ start: Int
    ) {
        let scale = half(block, 208)
        for part in 0..<8 {
            let (group, place) = (part / 4, part % 4)
            let low = 64 * group + 32 * (place % 2)
            let codes = block.extracting(low..<low + 32)
            let bits = block.extracting(128 + 32 * group..<160 + 32 * group)
            let (shift, up) = (UInt8(4 * (place / 2)), UInt8(2 * place))
            for side in 0..<2 {
                let factor = scale * Float(Int32(Int8(bitPattern: block[192 + 2 * part + side])))
                let (these, those) = (
                    codes.extracting(16 * side..<16 * side + 16),
                    bits.extracting(16 * side..<16 * side + 16)
                )
                let first = start + 32 * part + 16 * side
                for k in 0..<16 {
                    let code = these[k] &>> shift & 15 | (those[k] &>> up & 3) &<< 4
                    row[first &+ k] = factor * Float(Int32(code) &- 32)
                }
            }
        }
    }
}

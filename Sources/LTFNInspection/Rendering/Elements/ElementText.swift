import LTFNBytes
import LTFNCheckpoint

/// Elements of a tensor as text that reads back as the same number, and how many are not finite.
struct ElementText {
    /// For whom the text is.
    enum Notation {
        /// `0.1`, `nan`, `true`, `1.0+2.0j`, `0x3f80`
        case plain
        /// `0.1`, `null`, `true`, `[1.0, 2.0]`, `"0x3f80"`; integers beyond 2^53 - 1 are strings.
        case json
    }

    let notation: Notation
    private(set) var nanCount = 0
    private(set) var positiveInfinityCount = 0
    private(set) var negativeInfinityCount = 0
    /// Complex numbers with an infinite part and none that is NaN.
    private(set) var complexInfinityCount = 0

    init(_ notation: Notation) {
        self.notation = notation
    }

    /// All elements of `tensor`, in row-major order.
    ///
    /// - Throws: `io` when memory is short.
    mutating func texts(of tensor: TensorData) throws(FormatError) -> [String] {
        switch tensor.info.dtype {
        case .bool: return try tensor.doubles().map { $0 == 0 ? "false" : "true" }
        case .i2, .i4, .i8, .i16, .i32, .u2, .u4, .u8, .u16, .u32:
            return try tensor.doubles().map { String(Int64($0)) }
        case .i64: return try tensor.elements(as: Int64.self).map(integer)
        case .u64: return try tensor.elements(as: UInt64.self).map(integer)
        case .f64: return try tensor.doubles().map { number($0, $0.description) }
        case .c64:
            let parts = tensor.bytes.floats
            return stride(from: 0, to: parts.count - 1, by: 2).map {
                complex(
                    (Double(parts[$0]), parts[$0].description),
                    (Double(parts[$0 + 1]), parts[$0 + 1].description))
            }
        case .c128:
            let parts = tensor.bytes.elements(as: Double.self)
            return stride(from: 0, to: parts.count - 1, by: 2).map {
                complex(
                    (parts[$0], parts[$0].description), (parts[$0 + 1], parts[$0 + 1].description))
            }
        case .bits8, .bits16, .bits32, .bits64, .bits128: return bits(tensor)
        // A float32 holds every number of the narrower floats.
        case .f32, .f16, .bf16, .f8e4m3fn, .f8e4m3fnuz, .f8e5m2, .f8e5m2fnuz, .f8e8m0, .f6e2m3,
            .f6e3m2, .f4e2m1:
            return try tensor.floats().map { number(Double($0), $0.description) }
        }
    }

    private func integer(_ value: some FixedWidthInteger) -> String {
        let isExactEverywhere = value.magnitude < 1 << 53
        return notation == .plain || isExactEverywhere ? "\(value)" : "\"\(value)\""
    }

    private mutating func number(_ value: Double, _ text: String) -> String {
        if value.isFinite { return text }
        if value.isNaN {
            nanCount += 1
        } else if value > 0 {
            positiveInfinityCount += 1
        } else {
            negativeInfinityCount += 1
        }
        return spelled(value, text)
    }

    private func spelled(_ value: Double, _ text: String) -> String {
        if value.isFinite { return text }
        if notation == .json { return "null" }
        return value.isNaN ? "nan" : value > 0 ? "inf" : "-inf"
    }

    private mutating func complex(
        _ real: (value: Double, text: String), _ imaginary: (value: Double, text: String)
    ) -> String {
        if real.value.isNaN || imaginary.value.isNaN {
            nanCount += 1
        } else if real.value.isInfinite || imaginary.value.isInfinite {
            complexInfinityCount += 1
        }
        let (first, second) = (
            spelled(real.value, real.text), spelled(imaginary.value, imaginary.text)
        )
        guard notation == .plain else { return "[\(first), \(second)]" }
        return first + (second.hasPrefix("-") ? "" : "+") + second + "j"
    }

    private func bits(_ tensor: TensorData) -> [String] {
        let width = tensor.info.dtype.bitCount / 8
        let bytes = tensor.bytes.elements(as: UInt8.self)
        let quote = notation == .json ? "\"" : ""
        return (0..<tensor.info.shape.elementCount).map { element in
            // The byte that counts most comes first.
            let digits = (0..<width).reversed().map { bytes[element * width + $0] }
            return quote + "0x" + Hexadecimal.string(digits) + quote
        }
    }
}

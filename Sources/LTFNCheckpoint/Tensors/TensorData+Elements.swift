import LTFNBytes

extension TensorData {
    /// The elements as they are stored.
    ///
    /// - Parameter type: the type that is stored: `Float` for float32, `BFloat16` for bfloat16,
    ///   `Int64`, …
    /// - Returns: the elements in row-major order.
    /// - Throws: `notRepresentable` when the tensor has another dtype; `io` when memory is short.
    public func elements<T: TensorElement>(
        as type: T.Type = T.self
    ) throws(FormatError) -> [T] {
        guard info.dtype == T.dtype else {
            throw FormatError(
                .notRepresentable,
                "The elements are stored as \(info.dtype.rawValue); \(T.self) is how "
                    + "\(T.dtype.rawValue) is stored. floats() and doubles() convert.")
        }
        try AvailableMemory.expect(info.byteCount)
        let stored = bytes.elements(as: type)
        var elements = [T](repeating: .zero, count: stored.count)
        for index in stored.indices { elements[index] = stored[index] }
        return elements
    }

    /// The elements as float32, in row-major order. Floats, integers and booleans of every width
    /// convert; what float32 cannot hold exactly is rounded to the nearest.
    ///
    /// - Throws: `notRepresentable` for complex numbers and opaque bits; `io` when memory is short.
    public func floats() throws(FormatError) -> [Float] {
        switch info.dtype {
        case .f32: try elements(as: Float.self)
        case .f64: try converted(UInt64.self) { Float(Double(bitPattern: $0)) }
        case .i64: try converted(Int64.self) { Float($0) }
        case .u64: try converted(UInt64.self) { Float($0) }
        case .i32: try converted(Int32.self) { Float($0) }
        case .u32: try converted(UInt32.self) { Float($0) }
        // Float32 holds every other number exactly.
        default: try numbers { Float($0) }
        }
    }

    /// The elements as float64, in row-major order. Floats, integers and booleans of every width
    /// convert; only integers of 64 bits may have to be rounded.
    ///
    /// - Throws: as `floats()`.
    public func doubles() throws(FormatError) -> [Double] {
        switch info.dtype {
        case .f64: try elements(as: Double.self)
        case .f32: try converted(UInt32.self) { Double(Float(bitPattern: $0)) }
        case .i64: try converted(Int64.self) { Double($0) }
        case .u64: try converted(UInt64.self) { Double($0) }
        case .i32: try converted(Int32.self) { Double($0) }
        case .u32: try converted(UInt32.self) { Double($0) }
        default: try numbers { $0 }
        }
    }

    /// Elements of at most 16 bits.
    private func numbers<Number: TensorElement>(
        _ number: (Double) -> Number
    ) throws(FormatError) -> [Number] {
        switch info.dtype {
        case .bf16:
            return try converted(UInt16.self) {
                number(Double(Float(BFloat16(bitPattern: $0))))
            }
        case .f16: return try converted(UInt16.self) { number(MiniFloat.half($0)) }
        case .i16: return try converted(Int16.self) { number(Double($0)) }
        case .u16: return try converted(UInt16.self) { number(Double($0)) }
        default: break
        }
        guard let table = info.dtype.codeValues?.map(number) else {
            throw FormatError(
                .notRepresentable,
                "The elements are \(info.dtype.rawValue), which are no real numbers. Their bytes are "
                    + "in bytes.")
        }
        return try unpacked(table)
    }

    /// Elements of at most 8 bits, packed from the low bits on.
    private func unpacked<Number: TensorElement>(
        _ table: [Number]
    ) throws(FormatError) -> [Number] {
        let (count, bitCount) = (info.shape.elementCount, info.dtype.bitCount)
        // Below 2⁶³: the elements are in memory.
        try AvailableMemory.expect(count * MemoryLayout<Number>.stride)
        let codes = bytes.elements(as: UInt8.self)
        var result = [Number](repeating: .zero, count: count)
        for index in 0..<count {
            let bit = index * bitCount
            var word = Int(codes[bit / 8])
            if bit % 8 + bitCount > 8 { word |= Int(codes[bit / 8 + 1]) << 8 }
            result[index] = table[word >> (bit % 8) & (table.count - 1)]
        }
        return result
    }

    private func converted<Word: TensorElement, Number: TensorElement>(
        _ type: Word.Type, _ number: (Word) -> Number
    ) throws(FormatError) -> [Number] {
        let words = bytes.elements(as: type)
        try AvailableMemory.expect(words.count * MemoryLayout<Number>.stride)
        var result = [Number](repeating: .zero, count: words.count)
        for index in words.indices { result[index] = number(words[index]) }
        return result
    }
}

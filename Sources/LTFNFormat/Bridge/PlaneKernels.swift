import CKernels

/// The C bodies of planes and residuals.
package struct PlaneKernels: Hashable, Sendable, CustomStringConvertible {
    private let cpu: Int32

    private init(cpu: Int32) {
        self.cpu = cpu
    }

    /// The instruction set that this process runs with.
    package static var selected: PlaneKernels { PlaneKernels(cpu: ck_cpu_selected()) }

    /// All that this machine supports.
    package static var supported: [PlaneKernels] {
        [CK_CPU_PORTABLE, CK_CPU_NEON, CK_CPU_AVX2, CK_CPU_AVX512].map { Int32($0) }
            .filter { ck_cpu_supported($0) != 0 }.map { PlaneKernels(cpu: $0) }
    }

    package var description: String { unsafe String(cString: ck_cpu_name(cpu)) }

    /// The planes of `words`, the lowest first, each a byte for every word.
    ///
    /// - Parameter words: whole words.
    package func split(_ words: RawSpan, _ coding: WordCoding) -> [UInt8] {
        let count = words.byteCount / coding.byteCount
        guard count > 0 else { return [] }
        return unsafe [UInt8](unsafeUninitializedCapacity: count * coding.byteCount) {
            planes, initialized in
            unsafe words.withUnsafeBytes { source in
                unsafe ck_planes_split(
                    cpu, coding.transform.code, Int32(coding.byteCount), count,
                    source.baseAddress, planes.baseAddress)
            }
            initialized = count * coding.byteCount
        }
    }

    /// Where the bytes of a plane are.
    package enum PlanePlace: Hashable, Sendable {
        /// In the chunk as it is stored, from that byte on.
        case stored(Int)
        /// In the scratch space, from that byte on.
        case scratch(Int)
    }

    /// Puts planes together.
    ///
    /// - Parameter places: where each plane is, the lowest first; each has a byte for every word of
    ///   `words`.
    package func join(
        stored: [UInt8], scratch: [UInt8], places: [PlanePlace], _ coding: WordCoding,
        into words: inout MutableRawSpan
    ) {
        let count = words.byteCount / coding.byteCount
        guard count > 0 else { return }
        precondition(places.count == coding.byteCount)
        unsafe stored.withUnsafeBufferPointer { stored in
            unsafe scratch.withUnsafeBufferPointer { scratch in
                let planes = unsafe places.map { place -> UnsafePointer<UInt8>? in
                    switch place {
                    case .stored(let start):
                        unsafe UnsafeBufferPointer(rebasing: stored[start..<start + count])
                            .baseAddress
                    case .scratch(let start):
                        unsafe UnsafeBufferPointer(rebasing: scratch[start..<start + count])
                            .baseAddress
                    }
                }
                unsafe words.withUnsafeMutableBytes { target in
                    unsafe ck_planes_join(
                        cpu, coding.transform.code, Int32(coding.byteCount), count, planes,
                        target.baseAddress)
                }
            }
        }
    }
}

// Residuals.
extension PlaneKernels {
    /// The residual that leads from `origins` to `words`.
    ///
    /// - Parameters:
    ///   - origins: whole words.
    ///   - words: as many bytes.
    /// - Returns: a symbol for every word, and the tails with their number of bits; the tails are
    ///   followed by up to 7 bytes of zeros.
    package func residual(
        from origins: RawSpan, to words: RawSpan, _ coding: WordCoding
    ) -> (symbols: [UInt8], tails: [UInt8], tailBitCount: Int) {
        precondition(origins.byteCount == words.byteCount)
        let count = words.byteCount / coding.byteCount
        guard count > 0 else { return ([], [], 0) }
        var residual = coding.residual
        var tails: [UInt8] = []
        var tailBitCount: UInt64 = 0
        let symbols = unsafe [UInt8](unsafeUninitializedCapacity: count) { symbols, initialized in
            unsafe tails = [UInt8](unsafeUninitializedCapacity: count * coding.byteCount + 8) {
                tails, tailByteCount in
                unsafe origins.withUnsafeBytes { origins in
                    unsafe words.withUnsafeBytes { words in
                        tailBitCount = unsafe ck_residual_encode(
                            &residual, count, origins.baseAddress, words.baseAddress,
                            symbols.baseAddress, tails.baseAddress)
                    }
                }
                tailByteCount = Int(tailBitCount + 63) / 64 * 8
            }
            initialized = count
        }
        return (symbols, tails, Int(tailBitCount))
    }

    /// The bits that the tails of `symbols` take, or nil when a symbol has no meaning.
    ///
    /// - Parameter origins: a word for each symbol.
    package func tailBitCount(
        of symbols: RawSpan, origins: borrowing MutableRawSpan, _ coding: WordCoding
    ) -> Int? {
        precondition(origins.byteCount == symbols.byteCount * coding.byteCount)
        guard symbols.byteCount > 0 else { return 0 }
        var residual = coding.residual
        let bits = unsafe origins.bytes.withUnsafeBytes { origins in
            unsafe symbols.withUnsafeBytes { symbols in
                unsafe ck_residual_tail_bits(
                    cpu, &residual, symbols.count, origins.baseAddress, symbols.baseAddress)
            }
        }
        return Int(exactly: bits)
    }

    /// Turns origins into the words that the residual leads to.
    ///
    /// - Parameters:
    ///   - symbols: a symbol for each word, with a meaning.
    ///   - tails: at least the bits that `tailBitCount` gives, and 8 more bytes.
    package func apply(
        symbols: RawSpan, tails: RawSpan, to words: inout MutableRawSpan, _ coding: WordCoding
    ) {
        precondition(words.byteCount == symbols.byteCount * coding.byteCount)
        guard let bits = tailBitCount(of: symbols, origins: words, coding) else {
            preconditionFailure("the symbols were not checked")
        }
        precondition(tails.byteCount >= (bits + 7) / 8 + 8)
        guard symbols.byteCount > 0 else { return }
        var residual = coding.residual
        unsafe words.withUnsafeMutableBytes { words in
            unsafe symbols.withUnsafeBytes { symbols in
                unsafe tails.withUnsafeBytes { tails in
                    unsafe ck_residual_decode(
                        &residual, symbols.count, symbols.baseAddress, tails.baseAddress,
                        words.baseAddress)
                }
            }
        }
    }
}

extension WordCoding {
    fileprivate var residual: ck_residual {
        ck_residual(
            word_bytes: Int32(byteCount), floating: exponent == nil ? 0 : 1,
            shift: UInt32(exponent?.shift ?? 0), mask: UInt32(exponent?.mask ?? 0),
            bias: UInt32(exponent?.bias ?? 0), limit: UInt32(exponent?.limit ?? 0))
    }
}

extension WordCoding.Transform {
    fileprivate var code: Int32 {
        switch self {
        case .identity: Int32(CK_WORD_IDENTITY)
        case .rotation: Int32(CK_WORD_ROTATION)
        case .wideExponent: Int32(CK_WORD_WIDE_EXPONENT)
        case .zigzag: Int32(CK_WORD_ZIGZAG)
        }
    }
}

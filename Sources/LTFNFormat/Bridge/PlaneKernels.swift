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

    /// Cuts planes out of `words`, each a byte for every word.
    ///
    /// - Parameters:
    ///   - words: whole words.
    ///   - starts: for each plane, the lowest first, where it goes in `target`; nil when it is not
    ///     wanted. They do not overlap.
    package func split(
        _ words: RawSpan, _ coding: WordCoding, into target: inout MutableRawSpan,
        at starts: [Int?]
    ) {
        let count = words.byteCount / coding.byteCount
        precondition(starts.count == coding.byteCount)
        guard count > 0 else { return }
        unsafe target.withUnsafeMutableBytes { target in
            let planes = unsafe starts.map { start -> UnsafeMutablePointer<UInt8>? in
                guard let start else { return nil }
                let plane = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: target[start..<start + count])
                return unsafe plane.baseAddress?.assumingMemoryBound(to: UInt8.self)
            }
            unsafe words.withUnsafeBytes { source in
                unsafe ck_planes_split(
                    cpu, coding.transform.code, Int32(coding.byteCount), count,
                    source.baseAddress, planes)
            }
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
        precondition(words.byteCount == count * coding.byteCount)
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
    /// The bytes that the tails of `byteCount` bytes of words may take, and what is written after
    /// them.
    package static func tailByteLimit(forWordsOf byteCount: Int) -> Int { byteCount + 8 }

    /// Writes the residual that leads from `origins` to `words`.
    ///
    /// - Parameters:
    ///   - origins: whole words.
    ///   - words: as many bytes.
    ///   - symbols: a byte for every word.
    ///   - tails: `tailByteLimit` bytes; those after the tails are of no meaning, but for bits of
    ///     zero up to the next whole byte.
    /// - Returns: the bits in `tails`.
    package func residual(
        from origins: RawSpan, to words: RawSpan, _ coding: WordCoding,
        symbols: inout MutableRawSpan, tails: inout MutableRawSpan
    ) -> Int {
        let count = words.byteCount / coding.byteCount
        precondition(origins.byteCount == words.byteCount && symbols.byteCount == count)
        precondition(tails.byteCount >= Self.tailByteLimit(forWordsOf: count * coding.byteCount))
        guard count > 0 else { return 0 }
        var residual = coding.residual
        return unsafe symbols.withUnsafeMutableBytes { symbols in
            unsafe tails.withUnsafeMutableBytes { tails in
                unsafe origins.withUnsafeBytes { origins in
                    unsafe words.withUnsafeBytes { words in
                        unsafe Int(
                            ck_residual_encode(
                                cpu, &residual, count, origins.baseAddress, words.baseAddress,
                                symbols.baseAddress, tails.baseAddress))
                    }
                }
            }
        }
    }

    /// What came of applying a residual.
    package enum Outcome: Hashable, Sendable {
        case applied
        /// A symbol has no meaning.
        case badSymbol
        /// The tails are not the bytes that the symbols ask for, or an unused bit is not zero.
        case badTails
    }

    /// Turns origins into the words that the residual leads to.
    ///
    /// - Parameters:
    ///   - symbols: a symbol for each word.
    ///   - words: the origins; when this fails they stay.
    package func apply(
        symbols: RawSpan, tails: RawSpan, to words: inout MutableRawSpan, _ coding: WordCoding
    ) -> Outcome {
        precondition(words.byteCount == symbols.byteCount * coding.byteCount)
        var residual = coding.residual
        return unsafe words.withUnsafeMutableBytes { words in
            unsafe symbols.withUnsafeBytes { symbols in
                unsafe tails.withUnsafeBytes { tails in
                    let bits = unsafe ck_residual_tail_bits(
                        cpu, &residual, symbols.count, words.baseAddress, symbols.baseAddress)
                    guard let bitCount = Int(exactly: bits) else { return .badSymbol }
                    let rest = bitCount % 8
                    guard tails.count == bitCount / 8 + (rest == 0 ? 0 : 1),
                        unsafe rest == 0 || tails[tails.count - 1] >> UInt8(rest) == 0
                    else { return .badTails }
                    unsafe ck_residual_decode(
                        cpu, &residual, symbols.count, symbols.baseAddress, tails.baseAddress,
                        tails.count, words.baseAddress)
                    return .applied
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

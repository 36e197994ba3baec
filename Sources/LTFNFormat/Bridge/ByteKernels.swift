import CKernels

/// Whole blocks of bytes at once.
package enum ByteKernels {
    /// How often each of the 256 bytes occurs.
    package static func histogram(_ bytes: RawSpan) -> [UInt32] {
        unsafe [UInt32](unsafeUninitializedCapacity: 256) { counts, initialized in
            unsafe counts.initialize(repeating: 0)
            unsafe bytes.withUnsafeBytes { bytes in
                guard let start = bytes.baseAddress else { return }
                unsafe ck_histogram(
                    start.assumingMemoryBound(to: UInt8.self), bytes.count, counts.baseAddress)
            }
            initialized = 256
        }
    }

    /// As many bytes as `write` writes.
    ///
    /// - Parameter write: writes every one of `count` bytes.
    package static func bytes(
        count: Int, _ write: (inout MutableRawSpan) -> Void
    ) -> [UInt8] {
        bytes(atMost: count) { target in
            write(&target)
            return count
        }
    }

    /// The bytes that `write` writes.
    ///
    /// - Parameter write: writes the first bytes, and returns how many; what is not touched of the
    ///   others takes no memory.
    package static func bytes(
        atMost count: Int, _ write: (inout MutableRawSpan) -> Int
    ) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
            let bytes = unsafe UnsafeMutableRawBufferPointer(
                UnsafeMutableBufferPointer(rebasing: target[..<count]))
            var span = unsafe MutableRawSpan(_unsafeBytes: bytes)
            initialized = write(&span)
            precondition(initialized <= count)
        }
    }

    /// Copies `source` to `target`, which has as many bytes: none keeps what it was.
    package static func copy(_ source: RawSpan, to target: inout MutableRawSpan) {
        precondition(source.byteCount == target.byteCount)
        unsafe source.withUnsafeBytes { source in
            unsafe target.withUnsafeMutableBytes { unsafe $0.copyMemory(from: source) }
        }
    }

    package static func fill(_ target: inout MutableRawSpan, with byte: UInt8) {
        unsafe target.withUnsafeMutableBytes { target in
            _ = unsafe target.initializeMemory(as: UInt8.self, repeating: byte)
        }
    }

    /// Repeats `pattern` (not empty) over `target`, cut at its end.
    package static func fill(_ target: inout MutableRawSpan, repeating pattern: [UInt8]) {
        unsafe target.withUnsafeMutableBytes { target in
            guard let start = target.baseAddress else { return }
            unsafe pattern.withUnsafeBufferPointer { pattern in
                unsafe ck_repeat(
                    pattern.baseAddress, pattern.count, target.count,
                    start.assumingMemoryBound(to: UInt8.self))
            }
        }
    }

    /// Whether every byte equals the one `period` bytes (1 or more) before it.
    package static func isPeriodic(_ bytes: RawSpan, period: Int) -> Bool {
        precondition(period > 0)
        guard bytes.byteCount > period else { return true }
        return unsafe bytes.withUnsafeBytes { bytes in
            let front = unsafe UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count - period)])
            let back = unsafe UnsafeRawBufferPointer(rebasing: bytes[period...])
            return unsafe ck_equal(front.baseAddress, back.baseAddress, front.count) != 0
        }
    }

    package static func areEqual(_ a: RawSpan, _ b: RawSpan) -> Bool {
        guard a.byteCount == b.byteCount else { return false }
        return unsafe a.withUnsafeBytes { a in
            unsafe b.withUnsafeBytes { b in
                unsafe ck_equal(a.baseAddress, b.baseAddress, a.count) != 0
            }
        }
    }

    /// - Parameter bytes: at least one.
    package static func lastByte(of bytes: RawSpan) -> UInt8 {
        unsafe bytes.withUnsafeBytes { unsafe $0[$0.count - 1] }
    }

    /// Codes of 1 to 15 bits for each of the 256 bytes.
    package struct LiteralCodes: Hashable, Sendable {
        /// The reversed code in the upper 24 bits, its length in the lower 8.
        fileprivate let packed: [UInt32]

        /// - Parameters:
        ///   - reversedCodes: at least 256.
        ///   - lengths: at least 256, at most 15 each.
        package init(reversedCodes: [UInt32], lengths: [UInt8]) {
            precondition(lengths.prefix(256).allSatisfy { $0 <= 15 })
            packed = (0..<256).map { reversedCodes[$0] << 8 | UInt32(lengths[$0]) }
        }
    }

    /// The bytes that `pack` may write for `count` bytes.
    package static func packedByteLimit(forBytes count: Int) -> Int { (15 * count + 7) / 8 + 16 }

    /// Writes the codes of `bytes` to `target`, the lowest bit first, after the bits that are
    /// held.
    ///
    /// - Parameters:
    ///   - pending: `held` bits, below 8.
    ///   - target: `packedByteLimit` bytes; those after the codes are of no meaning, but for bits
    ///     of zero up to the next whole byte.
    /// - Returns: the bits in `target`, and those of the last byte unless it is whole.
    package static func pack(
        _ bytes: RawSpan, _ codes: LiteralCodes, behind pending: UInt8, held: Int,
        into target: inout MutableRawSpan
    ) -> (bitCount: Int, pending: UInt8) {
        precondition(held >= 0 && held < 8)
        precondition(target.byteCount >= packedByteLimit(forBytes: bytes.byteCount))
        return unsafe bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return (held, pending) }
            return unsafe target.withUnsafeMutableBytes { target in
                let bitCount = unsafe codes.packed.withUnsafeBufferPointer { codes in
                    unsafe Int(
                        ck_pack_literals(
                            codes.baseAddress, start.assumingMemoryBound(to: UInt8.self),
                            bytes.count, UInt64(pending), UInt32(held), target.baseAddress))
                }
                return unsafe (bitCount, bitCount % 8 == 0 ? 0 : target[bitCount / 8])
            }
        }
    }
}

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

    /// Copies `source` to the front of `target`, which has room for it.
    package static func copy(_ source: RawSpan, to target: inout MutableRawSpan) {
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
}

private import CKernels

/// The bodies of a checksum in `CKernels`.
package enum ChecksumBody: Sendable, CaseIterable {
    case portable, hardware

    fileprivate var number: Int32 {
        switch self {
        case .portable: Int32(CK_CHECKSUM_PORTABLE)
        case .hardware: Int32(CK_CHECKSUM_HARDWARE)
        }
    }

    fileprivate init(number: Int32) {
        self = number == Int32(CK_CHECKSUM_HARDWARE) ? .hardware : .portable
    }

    package static var selectedForCRC32C: ChecksumBody { .init(number: ck_crc32c_selected()) }
    package static var selectedForSHA256: ChecksumBody { .init(number: ck_sha256_selected()) }
    package var supportsCRC32C: Bool { ck_crc32c_supported(number) != 0 }
    package var supportsSHA256: Bool { ck_sha256_supported(number) != 0 }
}

/// The calls. The kernels read `count` bytes at any alignment and keep no pointer.
enum ChecksumKernels {
    /// - Parameter body: must be supported.
    static func crc32c(_ body: ChecksumBody, _ crc: UInt32, _ bytes: RawSpan) -> UInt32 {
        unsafe bytes.withUnsafeBytes { buffer in
            guard let start = buffer.baseAddress else { return crc }
            return unsafe ck_crc32c(
                body.number, crc, start.assumingMemoryBound(to: UInt8.self), buffer.count)
        }
    }

    /// CRC-32; the machine must support `hardware` for CRC-32C.
    static func crc32(_ crc: UInt32, _ bytes: RawSpan) -> UInt32 {
        unsafe bytes.withUnsafeBytes { buffer in
            guard let start = buffer.baseAddress else { return crc }
            return unsafe ck_crc32(crc, start.assumingMemoryBound(to: UInt8.self), buffer.count)
        }
    }

    /// Compresses the whole blocks at the front of `bytes`, the rest is left alone.
    ///
    /// - Parameter body: must be supported.
    static func sha256(_ body: ChecksumBody, _ state: inout [8 of UInt32], _ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { buffer in
            guard let start = buffer.baseAddress else { return }
            var span = state.mutableSpan
            unsafe span.withUnsafeMutableBufferPointer { words in
                unsafe ck_sha256(
                    body.number, words.baseAddress, start.assumingMemoryBound(to: UInt8.self),
                    buffer.count / 64)
            }
        }
    }
}

private import CKernels

/// The bodies of the hashing of leaves in `CKernels`.
package enum LeafBody: Sendable, CaseIterable {
    /// Four leaves at a time, without special instructions.
    case four
    /// One leaf after the other, by the instructions for SHA-256.
    case hardware
    /// Eight leaves at a time: AVX2.
    case eight
    /// Sixteen leaves at a time: AVX-512.
    case sixteen

    fileprivate var number: Int32 {
        switch self {
        case .four: Int32(CK_LEAVES_FOUR)
        case .hardware: Int32(CK_LEAVES_HARDWARE)
        case .eight: Int32(CK_LEAVES_EIGHT)
        case .sixteen: Int32(CK_LEAVES_SIXTEEN)
        }
    }

    package static var selected: LeafBody {
        let number = ck_sha256_leaves_selected()
        return allCases.first { $0.number == number } ?? .four
    }

    package var isSupported: Bool { ck_sha256_leaves_supported(number) != 0 }
}

/// The calls. The kernels read at any alignment and keep no pointer.
package enum LeafKernels {
    package static let leafByteCount = Int(CK_SHA256_LEAF)

    /// The SHA-256 of each whole leaf of `bytes`: 32 bytes each.
    ///
    /// - Parameter body: must be supported.
    static func digests(_ body: LeafBody, _ bytes: RawSpan) -> [UInt8] {
        let count = bytes.byteCount / leafByteCount
        return unsafe [UInt8](unsafeUninitializedCapacity: 32 * count) { digests, filled in
            unsafe bytes.withUnsafeBytes { leaves in
                guard count > 0, let start = leaves.baseAddress else { return }
                unsafe ck_sha256_leaves(
                    body.number, start.assumingMemoryBound(to: UInt8.self), count,
                    digests.baseAddress)
            }
            filled = 32 * count
        }
    }
}

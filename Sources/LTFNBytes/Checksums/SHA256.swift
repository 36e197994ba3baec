/// SHA-256 (FIPS 180-4) of bytes that come in pieces.
public struct SHA256: Sendable {
    // The fractional parts of the square roots of the first 8 primes.
    private var state: [8 of UInt32] = [
        0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C,
        0x1F83_D9AB, 0x5BE0_CD19,
    ]
    /// The bytes of a block that is not yet whole.
    private var rest: [UInt8] = []
    private var byteCount: UInt64 = 0
    private let body: ChecksumBody

    public init() {
        self.init(body: .selectedForSHA256)
    }

    package init(body: ChecksumBody) {
        self.body = body
    }

    public mutating func update(_ bytes: RawSpan) {
        byteCount &+= UInt64(bytes.byteCount)
        var start = 0
        if !rest.isEmpty {
            start = min(64 - rest.count, bytes.byteCount)
            rest += [UInt8](copying: bytes.extracting(0..<start))
            if rest.count < 64 { return }
            let block = rest
            rest = []
            ChecksumKernels.sha256(body, &state, block.rawSpan)
        }
        let end = bytes.byteCount - (bytes.byteCount - start) % 64
        ChecksumKernels.sha256(body, &state, bytes.extracting(start..<end))
        rest += [UInt8](copying: bytes.extracting(end..<bytes.byteCount))
    }

    public mutating func update(_ bytes: [UInt8]) {
        update(bytes.rawSpan)
    }

    /// The digest of all bytes so far. More may follow.
    public func finalize() -> SHA256Digest {
        var last = rest
        last.append(0x80)
        let zeros = last.count <= 56 ? 56 - last.count : 120 - last.count
        last.append(contentsOf: repeatElement(0, count: zeros))
        let bitCount = byteCount &* 8
        for shift in stride(from: 56, through: 0, by: -8) {
            last.append(UInt8(truncatingIfNeeded: bitCount >> UInt64(shift)))
        }
        var final = state
        ChecksumKernels.sha256(body, &final, last.rawSpan)
        var digest: [UInt8] = []
        digest.reserveCapacity(32)
        for index in final.indices {
            for shift in [24, 16, 8, 0] as [UInt32] {
                digest.append(UInt8(truncatingIfNeeded: final[index] >> shift))
            }
        }
        return SHA256Digest(bytes: digest)!
    }

    public static func digest(_ bytes: RawSpan) -> SHA256Digest {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finalize()
    }

    public static func digest(_ bytes: [UInt8]) -> SHA256Digest {
        digest(bytes.rawSpan)
    }
}

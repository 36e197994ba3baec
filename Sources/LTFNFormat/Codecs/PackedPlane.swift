import LTFNBytes

/// A plane of bytes as a chunk holds it: a head of 4 bytes, and a body elsewhere.
struct PackedPlane: Hashable {
    enum Mode: UInt32 {
        case raw = 0
        case constant = 1
        case deflate = 2
    }

    static let headByteCount = 4
    private static let bodyMask: UInt32 = 0x3FFF_FFFF

    var mode: Mode
    var body: [UInt8]

    var head: UInt32 { mode.rawValue << 30 | UInt32(body.count) }
    var byteCount: Int { Self.headByteCount + body.count }

    /// The smallest of the modes that `effort` tries.
    init(packing plane: RawSpan, effort: Effort) {
        self.init(packing: plane, ByteHistogram(plane), effort: effort)
    }

    init(packing plane: RawSpan, _ histogram: ByteHistogram, effort: Effort) {
        if let byte = histogram.onlyByte {
            mode = .constant
            body = [byte]
        } else if let packed = PlaneDeflater.smallest(plane, histogram, effort: effort) {
            mode = .deflate
            body = packed
        } else {
            mode = .raw
            body = [UInt8](copying: plane)
        }
    }

    /// What a head says.
    struct Head {
        var mode: Mode
        var bodyByteCount: Int

        /// - Parameters:
        ///   - byteCount: of the plane.
        ///   - offset: where the head stands in the file.
        init(
            _ word: UInt32, byteCount: Int, at offset: UInt64
        ) throws(FormatError) {
            let bodyByteCount = Int(word & PackedPlane.bodyMask)
            guard let mode = Mode(rawValue: word >> 30) else {
                throw Self.broken("LTFN-C2", offset, "A plane has the mode 3; expected 0 to 2.")
            }
            let allowed =
                switch mode {
                case .raw: bodyByteCount == byteCount
                case .constant: bodyByteCount == 1
                case .deflate: bodyByteCount >= 1 && bodyByteCount < byteCount
                }
            guard allowed else {
                throw Self.broken(
                    "LTFN-C2", offset,
                    "A plane of \(byteCount) bytes has \(bodyByteCount) bytes in mode \(mode).")
            }
            self.mode = mode
            self.bodyByteCount = bodyByteCount
        }

        private static func broken(
            _ rule: String, _ offset: UInt64, _ message: String
        ) -> FormatError {
            FormatError(
                .corrupt, format: NativeFormat.formatName, rule: rule, offset: offset, message)
        }
    }
}

/// How often each byte occurs.
struct ByteHistogram {
    let counts: [UInt32]
    let total: Int

    init(_ bytes: RawSpan) {
        counts = ByteKernels.histogram(bytes)
        total = bytes.byteCount
    }

    /// The byte that all are equal to, if there is one.
    var onlyByte: UInt8? {
        guard total > 0, let byte = counts.firstIndex(where: { $0 > 0 }),
            Int(counts[byte]) == total
        else { return nil }
        return UInt8(byte)
    }
}

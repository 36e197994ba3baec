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

    let mode: Mode
    let bodyByteCount: Int
    /// The body, unless it is the plane itself.
    let body: [UInt8]

    var head: UInt32 { mode.rawValue << 30 | UInt32(bodyByteCount) }
    var byteCount: Int { Self.headByteCount + bodyByteCount }

    /// The smallest of the modes that `effort` tries.
    init(packing plane: RawSpan, _ forecast: PlaneForecast, effort: Effort) {
        if case .constant(let byte) = forecast {
            mode = .constant
            body = [byte]
        } else if let packed = PlaneDeflater.smallest(plane, forecast, effort: effort) {
            mode = .deflate
            body = packed
        } else {
            mode = .raw
            body = []
        }
        bodyByteCount = mode == .raw ? plane.byteCount : body.count
    }

    /// - Parameter plane: the one that was packed.
    func writeBody(of plane: RawSpan, to writer: inout ByteWriter) {
        if mode == .raw { writer.append(plane) } else { writer.append(body) }
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

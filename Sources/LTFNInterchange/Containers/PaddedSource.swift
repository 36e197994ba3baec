import LTFNBytes

/// The beginning of a file, and zeros for the rest.
struct PaddedSource: ByteSource {
    private let bytes: [UInt8]
    let byteCount: UInt64

    init(_ bytes: [UInt8], byteCount: UInt64) {
        self.bytes = bytes
        self.byteCount = max(byteCount, UInt64(bytes.count))
    }

    func read(at offset: UInt64, byteCount: Int) throws(FormatError) -> [UInt8] {
        try expectRange(at: offset, byteCount: byteCount)
        let start = Int(min(offset, UInt64(bytes.count)))
        let known = bytes[start..<min(bytes.count, start + byteCount)]
        return known + [UInt8](repeating: 0, count: byteCount - known.count)
    }
}

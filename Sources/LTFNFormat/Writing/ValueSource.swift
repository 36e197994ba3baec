import LTFNBytes
import LTFNCheckpoint

/// Where the bytes of a variable that is written come from: memory, or a caller who makes them.
struct ValueSource {
    /// Some of the bytes.
    struct Piece: Sendable {
        fileprivate let bytes: AlignedBytes
        /// The place of `bytes` among those of the variable.
        fileprivate let start: Int
        /// What this piece is of the variable.
        let range: Range<Int>

        /// The bytes of the variable in `range`, which lies within the piece.
        @_lifetime(borrow self)
        func span(_ range: Range<Int>) -> RawSpan {
            bytes.bytes.extracting(range.lowerBound - start..<range.upperBound - start)
        }
    }

    let byteCount: Int
    private let pieceByteCount: Int
    private let pieces: (Range<Int>) throws(FormatError) -> (bytes: AlignedBytes, start: Int)

    /// - Parameter pieceByteCount: a multiple of the chunks' byte count.
    init(_ bytes: AlignedBytes, pieceByteCount: Int) {
        byteCount = bytes.byteCount
        self.pieceByteCount = pieceByteCount
        pieces = { _ in (bytes, 0) }
    }

    init(
        byteCount: Int, pieceByteCount: Int,
        pieces: @escaping (Range<Int>) throws(FormatError) -> AlignedBytes
    ) {
        self.byteCount = byteCount
        self.pieceByteCount = pieceByteCount
        self.pieces = { range throws(FormatError) in
            let bytes = try pieces(range)
            guard bytes.byteCount == range.count else {
                throw FormatError(
                    .corrupt, format: NativeFormat.formatName,
                    "\(bytes.byteCount) bytes of values were given, expected \(range.count).")
            }
            return (bytes, range.lowerBound)
        }
    }

    /// The piece that begins at `start`; nil at the end.
    func piece(at start: Int) throws(FormatError) -> Piece? {
        guard start < byteCount else { return nil }
        return try piece(start..<start + min(pieceByteCount, byteCount - start))
    }

    func piece(_ range: Range<Int>) throws(FormatError) -> Piece {
        let (bytes, start) = try pieces(range)
        return Piece(bytes: bytes, start: start, range: range)
    }

    func digest() throws(FormatError) -> SHA256Digest {
        var hash = ValueHash()
        var position = 0
        while let piece = try piece(at: position) {
            hash.update(piece.span(piece.range))
            position = piece.range.upperBound
        }
        return hash.finalize()
    }
}

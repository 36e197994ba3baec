import LTFNBytes
import LTFNCheckpoint

/// A message that may stand in several pieces: what stands twice is read as one, the pieces one
/// after the other.
package struct ProtobufMessage {
    let source: any ByteSource
    let format: String
    private(set) var pieces: [Range<UInt64>]

    init(_ source: any ByteSource, _ pieces: [Range<UInt64>], format: String) {
        self.source = source
        self.format = format
        self.pieces = pieces
    }

    /// A message of the same file.
    func message(_ pieces: [Range<UInt64>]) -> ProtobufMessage {
        ProtobufMessage(source, pieces, format: format)
    }

    /// Calls `body` with every field in turn, and with the reader that gives its text and bytes.
    ///
    /// - Throws: `truncated`, `corrupt`, `io`, and what `body` throws.
    func forEachField(
        _ body: (_ field: ProtobufField, _ reader: ProtobufReader) throws(FormatError) -> Void
    ) throws(FormatError) {
        for piece in pieces {
            var reader = try ProtobufReader(source, piece, format: format)
            while let field = try reader.next() { try body(field, reader) }
        }
    }
}

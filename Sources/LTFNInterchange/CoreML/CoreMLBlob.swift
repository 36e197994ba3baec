import LTFNBytes
import LTFNCheckpoint

/// A record of a file of weights: where the values of one tensor stand in it.
struct CoreMLBlob {
    /// The first byte of the values.
    let start: UInt64
    let byteCount: UInt64
    /// The type of the elements, as such files count it.
    let typeCode: UInt32

    /// How long the head of the file is, and every record.
    private static let recordByteCount: UInt64 = 64
    private static let mark: UInt32 = 0xDEAD_BEEF
    private static let version: UInt32 = 2

    private static func error(
        _ code: FormatError.Code, at offset: UInt64, _ file: String, _ message: String
    ) -> FormatError {
        FormatError(code, format: CoreMLFormat.name, offset: offset, path: file, message)
    }

    /// Makes sure that a file is one of weights.
    ///
    /// - Throws: `corrupt`, `truncated`, `io`; `unsupportedVersion`.
    static func expectHead(of source: any ByteSource, _ file: String) throws(FormatError) {
        try expect(at: 0, of: source, file)
        let bytes = try source.read(at: 0, byteCount: Int(recordByteCount))
        var reader = ByteReader(bytes, format: CoreMLFormat.name)
        _ = try reader.u32()
        let version = try reader.u32()
        guard version == Self.version else {
            throw error(
                .unsupportedVersion, at: 4, file,
                "The file of weights is of version \(version); expected \(Self.version).")
        }
    }

    private static func expect(
        at offset: UInt64, of source: any ByteSource, _ file: String
    ) throws(FormatError) {
        guard offset <= source.byteCount, source.byteCount - offset >= recordByteCount else {
            throw error(
                .truncated, at: min(offset, source.byteCount), file,
                "The record of a tensor is at byte \(offset) of the file of weights, which has "
                    + "\(source.byteCount) bytes.")
        }
    }

    /// - Parameters:
    ///   - offset: of the record.
    ///   - file: what the source is called.
    /// - Throws: `corrupt`, `truncated`, `io`.
    init(at offset: UInt64, of source: any ByteSource, _ file: String) throws(FormatError) {
        try Self.expect(at: offset, of: source, file)
        guard offset >= Self.recordByteCount else {
            throw Self.error(
                .corrupt, at: offset, file,
                "The record of a tensor is at byte \(offset), within the head of the file of weights."
            )
        }
        let bytes = try source.read(at: offset, byteCount: Int(Self.recordByteCount))
        var reader = ByteReader(bytes, at: offset, format: CoreMLFormat.name)
        let mark = try reader.u32()
        guard mark == Self.mark else {
            throw Self.error(
                .corrupt, at: offset, file,
                "There is no record of a tensor at byte \(offset) of the file of weights.")
        }
        typeCode = try reader.u32()
        byteCount = try reader.u64()
        start = try reader.u64()
        guard start >= Self.recordByteCount, start <= source.byteCount,
            byteCount <= source.byteCount - start
        else {
            throw Self.error(
                .truncated, at: offset, file,
                "\(byteCount) bytes of values were expected from byte \(start) of the file of weights "
                    + "on, which has \(source.byteCount) bytes.")
        }
    }
}

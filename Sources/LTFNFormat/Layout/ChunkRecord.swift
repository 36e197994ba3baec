import LTFNBytes

/// How the bytes of a chunk are coded.
public enum Codec: UInt8, Hashable, Sendable, CaseIterable {
    case raw = 0
    case constant = 1
    case planes = 2
    /// The initial values themselves: nothing is stored.
    case initial = 3
    /// The change since the initial values.
    case initialResidual = 4
    /// The values of the base file: nothing is stored.
    case base = 5
    /// The change since the base file.
    case baseResidual = 6
    /// The same bytes as another chunk.
    case reference = 7

    /// `initial-residual`
    public var name: String {
        switch self {
        case .raw: "raw"
        case .constant: "constant"
        case .planes: "planes"
        case .initial: "initial"
        case .initialResidual: "initial-residual"
        case .base: "base"
        case .baseResidual: "base-residual"
        case .reference: "reference"
        }
    }

    var usesBase: Bool { self == .base || self == .baseResidual }
    var usesInitialValues: Bool { self == .initial || self == .initialResidual }

    /// Whether the chunk has no bytes of its own.
    var storesNothing: Bool { self == .initial || self == .base || self == .reference }
}

/// One record of the chunk table.
package struct ChunkRecord: Hashable, Sendable {
    static let byteCount = 24

    package var codec: Codec
    package var base: UInt16 = 0
    package var checksum: UInt32 = 0
    /// In the file; for a reference the number of the chunk that holds the bytes.
    package var offset: UInt64 = 0
    package var storedByteCount: UInt64 = 0

    package init(codec: Codec) {
        self.codec = codec
    }

    func write(to writer: inout ByteWriter) {
        writer.u8(codec.rawValue)
        writer.u8(0)
        writer.u16(base)
        writer.u32(checksum)
        writer.u64(offset)
        writer.u64(storedByteCount)
    }

    /// Reads a record; what it says of its place is checked by `Index`.
    static func read(from reader: inout RecordReader) throws(FormatError) -> ChunkRecord {
        let start = reader.offset
        let code = try reader.u8()
        guard let codec = Codec(rawValue: code) else {
            throw reader.broken(
                "LTFN-D1", .unsupportedFeature, at: start,
                "A chunk has the codec \(code), which this reader does not know: use a newer one.")
        }
        guard try reader.u8() == 0 else {
            throw reader.broken(
                "LTFN-D2", at: start, "The reserved byte of a chunk record is not zero.")
        }
        var record = ChunkRecord(codec: codec)
        record.base = try reader.u16()
        record.checksum = try reader.u32()
        record.offset = try reader.u64()
        record.storedByteCount = try reader.u64()
        return record
    }
}

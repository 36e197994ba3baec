import LTFNBytes
import LTFNFormat

/// A file put together byte by byte, as the specification says: it can be wrong in one place and
/// right everywhere else.
struct Draft {
    struct Variable {
        /// The record up to the storage.
        var content: [UInt8]
        var storage: [UInt8]

        var byteCount: Int { content.count + storage.count }
    }

    /// What stands between the header and the index, padding included.
    var chunks: [UInt8] = []
    var metadata = Draft.u64(0)
    var graph: [UInt8] = []
    var bases: [[UInt8]] = []
    var retired: [[UInt8]] = []
    var variables: [Variable] = []
    var table: [[UInt8]] = []
    var features: UInt64 = 0

    // What is said, when it is not the truth.
    var variableCount: UInt64?
    var chunkCount: UInt64?
    var contentDigest: [UInt8]?
    var indexMagic: [UInt8] = Array("LTFNIDX\n".utf8)
    /// Bytes of the header, footer or index that are overwritten before the checksums are made.
    var headerChanges: [Int: UInt8] = [:]
    var footerChanges: [Int: UInt8] = [:]

    static func u16(_ value: UInt16) -> [UInt8] { bytes(UInt64(value), 2) }
    static func u32(_ value: UInt32) -> [UInt8] { bytes(UInt64(value), 4) }
    static func u64(_ value: UInt64) -> [UInt8] { bytes(value, 8) }

    static func f64(_ value: Double) -> [UInt8] { u64(value.bitPattern) }

    static func text(_ text: String) -> [UInt8] { u64(UInt64(text.utf8.count)) + Array(text.utf8) }

    private static func bytes(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }
}

// Places.
extension Draft {
    var indexOffset: Int { 64 + chunks.count }
    var metadataOffset: Int { indexOffset + 88 }
    var graphOffset: Int { metadataOffset + metadata.count }
    var basesOffset: Int { graphOffset + graph.count }
    var retiredOffset: Int { basesOffset + bases.count * 32 }
    var variablesOffset: Int { retiredOffset + retired.count * 24 }
    var tableOffset: Int {
        variablesOffset + variables.reduce(0) { $0 + $1.byteCount }
    }
    var footerOffset: Int { tableOffset + table.count * 24 }

    func variableOffset(_ number: Int) -> Int {
        variablesOffset + variables.prefix(number).reduce(0) { $0 + $1.byteCount }
    }

    func storageOffset(_ number: Int) -> Int {
        variableOffset(number) + variables[number].content.count
    }
}

// Bytes.
extension Draft {
    var contentDigestBytes: [UInt8] {
        var content = ByteWriter()
        content.string("ltfn content 1\0\0")
        content.u64(UInt64(metadata.count))
        content.append(metadata)
        content.u64(UInt64(graph.count))
        content.append(graph)
        content.u64(variableCount ?? UInt64(variables.count))
        for variable in variables { content.append(variable.content) }
        return contentDigest ?? SHA256.digest(content.bytes).bytes
    }

    /// The parts of the file with their names, in order.
    var parts: [(name: String, bytes: [UInt8])] {
        var header = ByteWriter()
        header.append([0x89, 0x4C, 0x54, 0x46, 0x4E, 0x0D, 0x0A, 0x1A])
        header.u16(1)
        header.zeros(50)
        var checked = header.bytes
        for (place, byte) in headerChanges where place < 60 { checked[place] = byte }
        let checksum = CRC32C.checksum(checked)
        var parts = [
            ("header: magic", Array(checked[..<8])),
            ("header: version", Array(checked[8..<12])),
            ("header: reserved", Array(checked[12..<60])),
            ("header: checksum", Draft.u32(checksum)), ("chunks and padding", chunks),
        ]
        let index = indexParts
        parts += index
        let indexBytes = index.flatMap(\.bytes)
        var footer = ByteWriter()
        footer.u64(UInt64(indexOffset))
        footer.u64(UInt64(indexBytes.count))
        footer.u64(UInt64(indexOffset + indexBytes.count + 64))
        footer.u64(features)
        footer.u64(0)
        footer.u32(CRC32C.checksum(indexBytes))
        footer.u16(1)
        footer.u16(0)
        footer.u32(0)
        var bytes = footer.bytes
        for (place, byte) in footerChanges where place < 52 { bytes[place] = byte }
        parts += [
            ("footer: index offset, byte count", Array(bytes[..<16])),
            ("footer: file byte count", Array(bytes[16..<24])),
            ("footer: required, optional features", Array(bytes[24..<40])),
            ("footer: index checksum", Array(bytes[40..<44])),
            ("footer: version, reserved", Array(bytes[44..<52])),
            ("footer: checksum", Draft.u32(CRC32C.checksum(bytes))),
            ("footer: end magic", Array("LTFN\nEOF".utf8)),
        ]
        return parts.filter { !$0.1.isEmpty }
    }

    private var indexParts: [(name: String, bytes: [UInt8])] {
        let records = variables.reduce(0) { $0 + $1.byteCount }
        var parts: [(String, [UInt8])] = [
            ("index: magic", indexMagic), ("index: content digest", contentDigestBytes),
            (
                "index: variable count, chunk count",
                Draft.u64(variableCount ?? UInt64(variables.count))
                    + Draft.u64(chunkCount ?? UInt64(table.count))
            ),
            (
                "index: metadata, graph, variables byte counts",
                Draft.u64(UInt64(metadata.count)) + Draft.u64(UInt64(graph.count))
                    + Draft.u64(UInt64(records))
            ),
            (
                "index: base count, retired count",
                Draft.u32(UInt32(bases.count)) + Draft.u32(UInt32(retired.count))
            ), ("index: metadata", metadata), ("index: graph", graph),
        ]
        for (number, base) in bases.enumerated() { parts.append(("index: base \(number)", base)) }
        for (number, region) in retired.enumerated() {
            parts.append(("index: retired region \(number)", region))
        }
        for (number, variable) in variables.enumerated() {
            parts.append(("index: variable \(number), content", variable.content))
            parts.append(("index: variable \(number), storage", variable.storage))
        }
        for (number, record) in table.enumerated() {
            parts.append(("index: chunk \(number)", record))
        }
        return parts
    }

    var file: [UInt8] { parts.flatMap(\.bytes) }
}

// Records.
extension Draft {
    /// A variable's record.
    ///
    /// - Parameters:
    ///   - presence: nil for what the other parameters imply.
    ///   - holder: the digest of the values, or the number of the target of a tied variable.
    static func variable(
        _ name: [UInt8], dtype: UInt8 = 10, shape: [UInt64] = [3], presence: UInt8? = nil,
        holder: [UInt8] = SHA256.digest([1, 2, 3]).bytes, initializer: [UInt8] = [],
        metadata: [UInt8] = [], storage: [UInt8] = [0, 20]
    ) -> Variable {
        var content = u16(UInt16(name.count)) + name + [dtype, UInt8(shape.count)]
        content += shape.flatMap { u64($0) }
        var implied: UInt8 = initializer.isEmpty ? 0 : 1
        if !metadata.isEmpty { implied |= 2 }
        if holder.count == 8 { implied |= 4 }
        content.append(presence ?? implied)
        return Variable(
            content: content + holder + initializer + metadata,
            storage: holder.count == 8 ? [] : storage)
    }

    static func chunk(
        _ codec: UInt8, _ stored: [UInt8] = [], at offset: UInt64 = 0, reserved: UInt8 = 0,
        base: UInt16 = 0, checksum: UInt32? = nil, byteCount: UInt64? = nil
    ) -> [UInt8] {
        [codec, reserved] + u16(base)
            + u32(checksum ?? CRC32C.checksum(stored)) + u64(offset)
            + u64(byteCount ?? UInt64(stored.count))
    }

    /// One variable "w" of three bytes 1, 2, 3, stored raw.
    static var three: Draft {
        var draft = Draft()
        draft.chunks = [1, 2, 3]
        draft.variables = [variable(Array("w".utf8))]
        draft.table = [chunk(0, [1, 2, 3], at: 64)]
        return draft
    }

    /// One variable "w" of those values, stored in one chunk at byte 64.
    static func single(
        dtype: UInt8, shape: [UInt64], values: [UInt8], codec: UInt8, stored: [UInt8],
        initializer: [UInt8] = [], features: UInt64 = 0
    ) -> Draft {
        var draft = Draft()
        draft.chunks = stored
        draft.variables = [
            variable(
                Array("w".utf8), dtype: dtype, shape: shape, holder: SHA256.digest(values).bytes,
                initializer: initializer)
        ]
        draft.table = [chunk(codec, stored, at: stored.isEmpty ? 0 : 64)]
        draft.features = features
        return draft
    }
}

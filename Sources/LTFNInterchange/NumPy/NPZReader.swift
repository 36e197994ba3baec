import LTFNBytes
import LTFNCheckpoint

/// An open npz file.
struct NPZReader: CheckpointReader {
    let manifest: Manifest
    let losses: [FormatLoss]
    let notes: [String]
    private let cursor: ZipCursor
    private let limits: DecodingLimits
    /// In the order of the manifest.
    private let arrays: [StoredArray]

    private struct StoredArray {
        var member: ZipMember
        var header: NPYHeader
        var values: NPYValues
    }

    init(
        _ source: any ByteSource, limits: DecodingLimits, selection: ReadingSelection
    ) throws(FormatError) {
        let archive = try ZipArchive(source, format: NPZFormat.name, limits: limits)
        let content = try NPZContent(archive, limits: limits, selection: selection)
        manifest = try Manifest(
            variables: content.arrays.map {
                VariableInfo(name: $0.name, tensor: $0.header.tensor)
            })
        var arrays: [VariableName: StoredArray] = [:]
        let lastRead = LastColumnMajor()
        for array in content.arrays {
            arrays[array.name] = StoredArray(
                member: array.member, header: array.header,
                values: NPYValues(array.header, .sequential, lastRead: lastRead))
        }
        self.arrays = manifest.variables.compactMap { arrays[$0.name] }
        losses = content.losses
        notes = content.notes + Self.notes(onTail: archive.tailByteCount)
        cursor = ZipCursor(archive)
        self.limits = limits
    }

    private static func notes(onTail byteCount: Int) -> [String] {
        if byteCount == 0 { return [] }
        let found = NumberText.counted(byteCount, "byte")
        return ["What stands after the end of the archive (\(found)) is not read."]
    }

    func read(_ index: Int) throws(FormatError) -> TensorData {
        let info = arrays[index].header.tensor
        return try TensorData(info: info, bytes: read(index, bytes: 0..<info.byteCount))
    }

    func read(_ index: Int, bytes range: Range<Int>) throws(FormatError) -> AlignedBytes {
        let array = arrays[index]
        do throws(FormatError) {
            _ = try CheckedSize.limited(range.count, to: limits.tensorByteCount, of: "the array")
            return try array.values.read(range) { range throws(FormatError) in
                try cursor.read(array.member, range, behind: array.header.byteCount)
            }
        } catch {
            var error = error.named(NPZFormat.name, variable: array.member.name)
            if error.code == .corrupt || error.code == .checksumMismatch {
                error.remedy = .skipUnreadable(count: 1)
            }
            throw error
        }
    }

    var valueProof: ValueProof { .crc32 }

    func pieceByteCount(_ index: Int) -> Int { arrays[index].values.pieceByteCount }

    func storage(_ index: Int) -> StorageInfo {
        let array = arrays[index]
        let method =
            switch array.member.method {
            case .stored: "raw"
            case .deflated: "deflate"
            case .other(let number): "method \(number)"
            }
        return StorageInfo(
            storedByteCount: array.member.storedByteCount,
            codec: method, layout: array.header.layout)
    }
}

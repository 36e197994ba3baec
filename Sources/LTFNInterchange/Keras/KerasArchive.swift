import LTFNBytes
import LTFNCheckpoint

/// The members of a `.keras` file.
struct KerasArchive: Sendable {
    /// A file of HDF5.
    let weights: any ByteSource
    /// What the layers are.
    let config: JSONValue?
    /// What Keras says of the file, strings all.
    let metadata: [(key: String, value: String)]
    let notes: [String]
    private let archive: ZipArchive
    private let member: ZipMember

    private static let weightsName = "model.weights.h5"
    private static let configName = "config.json"
    private static let metadataName = "metadata.json"
    static let members = [weightsName, configName, metadataName]

    /// - Throws: `notThisFormat`, `unsupportedFeature`, `corrupt`, `truncated`, `limitExceeded`,
    ///   `io`.
    init(
        _ source: any ByteSource, format: String, limits: DecodingLimits
    ) throws(FormatError) {
        archive = try ZipArchive(source, format: format, limits: limits)
        var found: [String: ZipMember] = [:]
        var others = 0
        for member in archive.members {
            guard Self.members.contains(member.name) else {
                others += 1
                continue
            }
            guard found.updateValue(member, forKey: member.name) == nil else {
                throw FormatError(
                    .corrupt, format: format, offset: member.dataOffset,
                    "Two members of the archive are called \"\(member.name)\".")
            }
        }
        guard let member = found[Self.weightsName] else {
            let isSharded = archive.members.contains { $0.name.hasSuffix(".weights.json") }
            throw FormatError(
                isSharded ? .unsupportedFeature : .notThisFormat, format: format,
                isSharded
                    ? "The weights are in several files, which cannot be read."
                    : "The archive has no member \"\(Self.weightsName)\" with the weights.")
        }
        self.member = member
        weights = try Self.weights(member, archive, limits)
        var notes: [String] = []
        config = try Self.json(found[Self.configName], archive, limits, &notes)
        var metadata: [(key: String, value: String)] = []
        if case .object(let members) = try Self.json(
            found[Self.metadataName], archive, limits, &notes)
        {
            for member in members {
                if case .string(let text) = member.value { metadata.append((member.key, text)) }
            }
        }
        if others > 0 {
            let parts = NumberText.counted(others, "other member") + " of the archive"
            notes.append(LeftOutNote.text([parts]))
        }
        if archive.tailByteCount > 0 {
            let count = NumberText.counted(archive.tailByteCount, "byte")
            notes.append(LeftOutNote.text(["\(count) after the end of the archive"]))
        }
        self.metadata = metadata
        self.notes = notes
    }

    private static func weights(
        _ member: ZipMember, _ archive: ZipArchive, _ limits: DecodingLimits
    ) throws(FormatError) -> any ByteSource {
        if member.method == .stored, member.obstacle == nil {
            return try SourcePart(
                archive.source, at: member.dataOffset, byteCount: member.byteCount)
        }
        let limit = limits.expansion(ofFileWith: archive.source.byteCount)
        return MemorySource(try archive.whole(member, limit: limit))
    }

    /// What is no JSON is passed over: the values are there without it.
    private static func json(
        _ member: ZipMember?, _ archive: ZipArchive, _ limits: DecodingLimits,
        _ notes: inout [String]
    ) throws(FormatError) -> JSONValue? {
        guard let member else { return nil }
        do throws(FormatError) {
            let limit = max(0, min(limits.indexByteCount, limits.expandedByteCount))
            let text = try archive.whole(member, limit: UInt64(limit))
            try AvailableMemory.expect(16 * text.count)
            return try JSONReader.read(text, limit: limit, format: archive.format)
        } catch {
            if error.code == .io { throw error }
            notes.append("\(member.name) cannot be read, and is left out: \(error.message)")
            return nil
        }
    }

    /// Compares the checksum of the weights, whatever is in them.
    ///
    /// - Throws: `checksumMismatch`, `truncated`, `io`.
    func verify() throws(FormatError) {
        guard member.method == .stored, let count = Int(exactly: member.byteCount) else { return }
        var checksum = CRC32()
        try forEachPiece(of: archive.source, at: member.dataOffset, byteCount: count) {
            checksum.update($0)
        }
        try checksum.expect(member.crc32, at: member.dataOffset)
    }
}

import LTFNBytes
import LTFNCheckpoint

/// A zip archive of PyTorch 1.6 or later.
///
/// All members stand below one folder of any name: `data.pkl`, the pickle; `data/0`, `data/1` and
/// so on, the storages; `byteorder`, `little` or `big`; `version`. TorchScript adds its program,
/// which is not looked at, and other programs what they like.
struct TorchArchive: TorchFile {
    let pickle: PickleGraph
    let record: [JSONMember]
    let notes: [String]
    let members: TorchMembers
    private let isBigEndian: Bool

    static let pickleName = "data.pkl"
    static let recordName = "extra/ltfn.manifest"
    /// The newest version of archives that PyTorch reads itself.
    private static let newestVersion = 10

    private var format: String { members.archive.format }

    /// - Throws: `notThisFormat`, `unsupportedVersion`, `unsupportedFeature`, `corrupt`,
    ///   `truncated`, `limitExceeded`, `io`.
    init(
        _ source: any ByteSource, format: String, limits: DecodingLimits
    ) throws(FormatError) {
        let archive = try ZipArchive(source, format: format, limits: limits)
        members = try TorchMembers(archive)
        if let version = try members.word("version"), let number = Int(version),
            number > Self.newestVersion
        {
            throw FormatError(
                .unsupportedVersion, format: format,
                "The archive is of the version \(number); up to \(Self.newestVersion) is known.")
        }
        switch try members.word("byteorder") {
        case nil, "little"?: isBigEndian = false
        case "big"?: isBigEndian = true
        case let order?:
            throw FormatError(
                .corrupt, format: format,
                "The byte order is \"\(order.prefix(20))\"; expected little or big.")
        }
        pickle = try Self.pickle(members.main, archive, limits: limits)
        var notes: [String] = []
        record = try Self.record(members[Self.recordName], archive, limits, &notes)
        if archive.tailByteCount > 0 {
            let found = NumberText.counted(archive.tailByteCount, "byte")
            notes.append(LeftOutNote.text(["\(found) after the end of the archive"]))
        }
        self.notes = notes
    }

    private static func pickle(
        _ member: ZipMember, _ archive: ZipArchive, limits: DecodingLimits
    ) throws(FormatError) -> PickleGraph {
        let limit = UInt64(max(0, limits.indexByteCount))
        var input: PickleInput
        if member.method == .stored, member.obstacle == nil, member.byteCount <= limit {
            // Where it stands in the file, so that errors can tell.
            let range = member.dataOffset..<member.dataOffset + member.byteCount
            input = PickleInput(archive.source, range, format: archive.format)
        } else {
            let unpacked = limits.packedChunkByteCount(ofFileWith: archive.source.byteCount)
            let bytes = try archive.whole(member, limit: min(limit, unpacked))
            input = PickleInput(
                MemorySource(bytes), 0..<UInt64(bytes.count), format: archive.format)
        }
        return try PickleMachine.load(
            &input, globals: TorchGlobals.known, fileByteCount: archive.source.byteCount)
    }

    /// A record that cannot be read is passed over: the tensors are there without it.
    private static func record(
        _ member: ZipMember?, _ archive: ZipArchive, _ limits: DecodingLimits,
        _ notes: inout [String]
    ) throws(FormatError) -> [JSONMember] {
        guard let member else { return [] }
        do throws(FormatError) {
            let unpacked = member.method == .stored ? .max : limits.expandedByteCount
            let limit = max(0, min(limits.indexByteCount, unpacked))
            let text = try archive.whole(member, limit: UInt64(limit))
            try AvailableMemory.expect(16 * text.count)
            let value = try JSONReader.read(text, limit: limit, format: archive.format)
            if case .object(let members) = value { return members }
        } catch {
            if error.code == .io { throw error }
        }
        notes.append(LeftOutNote.text("\(recordName)", because: "it cannot be read"))
        return []
    }

    func storage(_ key: TorchStorageKey) throws(FormatError) -> TorchStorage {
        guard let member = members["data/" + key.key] else {
            throw FormatError(
                .corrupt, format: format,
                "The archive has no member \"data/\(key.key.prefix(80))\" with the values.")
        }
        if let obstacle = member.obstacle {
            throw FormatError(
                .unsupportedFeature, format: format, offset: member.dataOffset,
                "The member with the values \(obstacle).")
        }
        guard UInt64(key.byteCount) == member.byteCount else {
            throw FormatError(
                .corrupt, format: format, offset: member.dataOffset,
                "The storage \"\(key.key.prefix(40))\" has \(member.byteCount) bytes in the archive, "
                    + "\(key.byteCount) in the pickle.")
        }
        // PyTorch writes 0 when it is told not to compute checksums.
        let checksum = member.crc32 == 0 ? nil : member.crc32
        let place: TorchStorage.Place =
            member.method == .stored
            ? .range(offset: member.dataOffset, crc32: checksum) : .packed(member)
        return TorchStorage(place: place, byteCount: key.byteCount, isBigEndian: isBigEndian)
    }
}

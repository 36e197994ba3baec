import LTFNBytes
import LTFNCheckpoint

/// The members of an archive of PyTorch, all of which stand below one folder of any name.
struct TorchMembers {
    let archive: ZipArchive
    /// The pickle.
    let main: ZipMember
    private let folder: String
    private let members: [ByteString: ZipMember]

    /// - Throws: `notThisFormat`; `corrupt` for a name that stands twice.
    init(_ archive: ZipArchive) throws(FormatError) {
        self.archive = archive
        var members: [ByteString: ZipMember] = [:]
        var found: (folder: String, member: ZipMember)?
        for member in archive.members {
            guard members.updateValue(member, forKey: ByteString(member.name)) == nil else {
                throw FormatError(
                    .corrupt, format: archive.format, offset: member.dataOffset,
                    "Two members of the archive are called \"\(member.name.prefix(80))\".")
            }
            let parts = member.name.utf8.split(
                separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[1].elementsEqual(TorchArchive.pickleName.utf8) else {
                continue
            }
            guard found == nil else {
                throw FormatError(
                    .corrupt, format: archive.format, offset: member.dataOffset,
                    "The archive has two pickles called \(TorchArchive.pickleName).")
            }
            found = (String(Substring(parts[0])), member)
        }
        guard let found else {
            throw FormatError(
                .notThisFormat, format: archive.format,
                "The archive has no \(TorchArchive.pickleName) in a folder of its own: it is none of "
                    + "PyTorch.")
        }
        (folder, main) = found
        self.members = members
    }

    /// The member that is called so below the folder.
    subscript(name: String) -> ZipMember? { members[ByteString("\(folder)/\(name)")] }

    /// The one short line of a member; nil when there is no such member, or it is longer.
    ///
    /// - Throws: `corrupt`, `io`.
    func word(_ name: String) throws(FormatError) -> String? {
        let limit: UInt64 = 64
        guard let member = self[name], member.byteCount <= limit else { return nil }
        let text = String(decoding: try archive.whole(member, limit: limit), as: UTF8.self)
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}

extension ZipArchive {
    /// All bytes of a member.
    ///
    /// - Throws: `limitExceeded` when there are more than `limit`; `corrupt`, `io`.
    func whole(_ member: ZipMember, limit: UInt64) throws(FormatError) -> [UInt8] {
        if let obstacle = member.obstacle {
            throw FormatError(
                .unsupportedFeature, format: format, offset: member.dataOffset,
                variable: member.name, "The member \(obstacle).")
        }
        guard member.byteCount <= limit, let count = Int(exactly: member.byteCount) else {
            throw FormatError(
                .limitExceeded, format: format, offset: member.dataOffset, variable: member.name,
                "The member has \(member.byteCount) bytes; \(limit) are allowed.")
        }
        try AvailableMemory.expect(2 * count)
        return try prefix(of: member, byteCount: count)
    }
}

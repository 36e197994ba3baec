import LTFNBytes
import LTFNCheckpoint

/// What the members of an npz archive are: arrays that can be read, and what is left out.
struct NPZContent {
    struct StoredArray {
        var name: VariableName
        var member: ZipMember
        var header: NPYHeader
    }

    private(set) var arrays: [StoredArray] = []
    private(set) var losses: [FormatLoss] = []
    private(set) var notes: [String] = []

    /// - Throws: `unsupportedFeature`, `corrupt` and others for members that cannot be read, all of
    ///   them named at once, unless `selection` leaves them out.
    init(
        _ archive: ZipArchive, limits: DecodingLimits, selection: ReadingSelection
    ) throws(FormatError) {
        var names: [String] = []
        var members: [ZipMember] = []
        for member in archive.members where !member.isFolder {
            names.append(NPZMemberName.variable(in: member.name))
            members.append(member)
        }
        var unfit = UnreadableParts(selection, kind: "member")
        let last = try lastOfEach(names, members, selection)
        var foreign = ForeignNames(names)
        var spelled: [(member: String, variable: String)] = []
        // Values that are too many are refused by those who read them.
        var unpacked = UInt64(max(limits.expandedByteCount, 0))
        for (index, member) in members.enumerated() where last[ByteString(names[index])] == index {
            do throws(FormatError) {
                let header = try Self.header(of: member, in: archive, limits: limits)
                if selection.skipsUnreadable, selection.includes(names[index]),
                    member.byteCount <= unpacked
                {
                    unpacked -= member.byteCount
                    try archive.expectSound(member)
                }
                let name = try foreign.variableName(names[index], format: NPZFormat.name)
                arrays.append(StoredArray(name: name, member: member, header: header))
                if NPZMemberName.isSpelled(member.name) {
                    spelled.append((member.name, names[index]))
                }
            } catch {
                if error.code == .io { throw error }
                if Litter.isLitter(member) {
                    notes.append(
                        "\"\(member.name)\" is what a file manager leaves behind: it is left out.")
                } else if selection.includes(names[index]) {
                    unfit.add(error, named: names[index])
                }
            }
        }
        if let note = NPZMemberName.note(reading: spelled) { notes.append(note) }
        losses += try unfit.losses(remainingCount: arrays.count) + foreign.losses
    }

    /// For every name the number of the member that NumPy takes: the last of those that are called
    /// exactly so, or else the last with the ending of an array.
    private mutating func lastOfEach(
        _ names: [String], _ members: [ZipMember], _ selection: ReadingSelection
    ) throws(FormatError) -> [ByteString: Int] {
        var last: [ByteString: Int] = [:]
        for (index, name) in names.enumerated() {
            let key = ByteString(name)
            guard let earlier = last[key] else {
                last[key] = index
                continue
            }
            guard selection.takesLastOfDuplicates || !selection.includes(name) else {
                throw FormatError(
                    .corrupt, format: NPZFormat.name, offset: members[index].dataOffset,
                    variable: name,
                    "Two members of the archive have this name: it was saved again by appending.",
                    remedy: .takeLastDuplicate)
            }
            let isKept = Self.hasEnding(members[index]) && !Self.hasEnding(members[earlier])
            last[key] = isKept ? earlier : index
            guard selection.includes(name) else { continue }
            let other = members[isKept ? index : earlier]
            losses.append(
                FormatLoss(
                    .member, variable: try? VariableName(name),
                    "This is another member of the name, of \(other.byteCount) bytes at byte "
                        + "\(other.dataOffset); the one that NumPy takes is read."))
        }
        return last
    }

    private static func hasEnding(_ member: ZipMember) -> Bool { member.name.hasSuffix(".npy") }

    private static func header(
        of member: ZipMember, in archive: ZipArchive, limits: DecodingLimits
    ) throws(FormatError) -> NPYHeader {
        if let obstacle = member.obstacle {
            throw FormatError(
                .unsupportedFeature, format: NPZFormat.name, offset: member.dataOffset,
                variable: member.name, "The member \(obstacle).")
        }
        do throws(FormatError) {
            return try arrayHeader(of: member, in: archive, limits: limits)
        } catch {
            var error = error.named(error.format ?? NPZFormat.name, variable: member.name)
            let isArray = try isArray(member, in: archive)
            if !isArray {
                error.code = .unsupportedFeature
                error.message = "This member of the archive is no array."
            }
            throw error
        }
    }

    private static func arrayHeader(
        of member: ZipMember, in archive: ZipArchive, limits: DecodingLimits
    ) throws(FormatError) -> NPYHeader {
        let outline = try NPYOutline(at: member.dataOffset) { count throws(FormatError) in
            try archive.prefix(of: member, byteCount: count)
        }
        let header = try outline.header(at: member.dataOffset, limits: limits)
        let expected = UInt64(header.byteCount) + UInt64(header.tensor.byteCount)
        guard member.byteCount == expected else {
            throw FormatError(
                .corrupt, format: NPZFormat.name, offset: member.dataOffset,
                "The array takes \(expected) bytes, the member has \(member.byteCount).")
        }
        return header
    }

    private static func isArray(
        _ member: ZipMember, in archive: ZipArchive
    ) throws(FormatError) -> Bool {
        let count = NPYOutline.magic.count
        guard member.byteCount >= UInt64(count) else { return false }
        return try archive.prefix(of: member, byteCount: count) == NPYOutline.magic
    }
}

/// The files that file managers leave in folders, and that programs then pack with the rest.
private enum Litter {
    static func isLitter(_ member: ZipMember) -> Bool {
        let parts = member.name.utf8.split(separator: UInt8(ascii: "/")).map { String($0) ?? "" }
        guard let name = parts.last else { return false }
        return parts.first == "__MACOSX" || name.hasPrefix("._")
            || [".DS_Store", "Thumbs.db", "desktop.ini"].contains(name)
    }
}

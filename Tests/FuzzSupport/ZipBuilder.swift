import LTFNBytes

/// Builds zip archives of every kind, broken ones too.
package struct ZipBuilder {
    package struct Member {
        package var name: [UInt8]
        package var data: [UInt8]
        package var method: UInt16 = 0
        /// What stands in the archive; the data themselves unless told.
        package var stored: [UInt8]?
        package var flags: UInt16 = 0
        package var crc32: UInt32?
        package var byteCount: UInt32?
        package var localName: [UInt8]?
        package var localMethod: UInt16?
        package var localCRC32: UInt32?
        package var localByteCount: UInt32?
        package var localExtra: [UInt8] = []
        package var extra: [UInt8] = []
        package var disk: UInt16 = 0
        /// What follows the data.
        package var behind: [UInt8] = []
        /// Where the directory says the header is.
        package var headerOffset: UInt32?

        package init(_ name: String, _ data: [UInt8]) {
            self.name = Array(name.utf8)
            self.data = data
        }
    }

    package var before: [UInt8] = []
    package var members: [Member]
    package var beforeDirectory: [UInt8] = []
    package var comment: [UInt8] = []
    package var behind: [UInt8] = []
    package var disk: UInt16 = 0
    package var entryCount: UInt16?
    package var directoryOffset: UInt32?

    package init(_ members: [Member]) {
        self.members = members
    }

    package var bytes: [UInt8] {
        var file = ByteWriter()
        file.append(before)
        var offsets: [UInt32] = []
        for member in members {
            offsets.append(UInt32(file.count))
            file.u32(0x0403_4B50)
            common(member, isLocal: true, &file)
            file.append(member.localName ?? member.name)
            file.append(member.localExtra)
            file.append(member.stored ?? member.data)
            file.append(member.behind)
        }
        file.append(beforeDirectory)
        let start = UInt32(file.count)
        for (member, offset) in zip(members, offsets) {
            file.u32(0x0201_4B50)
            file.u16(20)
            common(member, isLocal: false, &file)
            file.u16(0)
            file.u16(member.disk)
            file.u16(0)
            file.u32(0)
            file.u32(member.headerOffset ?? offset)
            file.append(member.name)
            file.append(member.extra)
        }
        let count = entryCount ?? UInt16(members.count)
        let byteCount = UInt32(file.count) - start
        file.u32(0x0605_4B50)
        file.u16(disk)
        file.u16(disk)
        file.u16(count)
        file.u16(count)
        file.u32(byteCount)
        file.u32(directoryOffset ?? start)
        file.u16(UInt16(comment.count))
        file.append(comment)
        file.append(behind)
        return file.bytes
    }

    private func common(_ member: Member, isLocal: Bool, _ file: inout ByteWriter) {
        let stored = member.stored ?? member.data
        let crc = member.crc32 ?? CRC32.checksum(member.data)
        let byteCount = member.byteCount ?? UInt32(member.data.count)
        file.u16(20)
        file.u16(member.flags)
        file.u16(isLocal ? member.localMethod ?? member.method : member.method)
        file.u16(0)
        file.u16(33)
        file.u32(isLocal ? member.localCRC32 ?? crc : crc)
        file.u32(isLocal ? member.localByteCount ?? UInt32(stored.count) : UInt32(stored.count))
        file.u32(isLocal ? member.localByteCount ?? byteCount : byteCount)
        file.u16(UInt16(isLocal ? (member.localName ?? member.name).count : member.name.count))
        file.u16(UInt16(isLocal ? member.localExtra.count : member.extra.count))
    }
}

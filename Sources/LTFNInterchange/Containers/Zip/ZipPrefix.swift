/// What the front of a zip archive shows, to tell what kind of archive it is.
package enum ZipPrefix {
    /// The names of the members whose headers lie in `prefix`, as far as one leads to the next.
    package static func memberNames(in prefix: [UInt8]) -> [ArraySlice<UInt8>] {
        var names: [ArraySlice<UInt8>] = []
        var position = 0
        while prefix.count - position >= ZipEntry.headerByteCount,
            prefix[position...].starts(with: [0x50, 0x4B, 0x03, 0x04])
        {
            func number(_ offset: Int, _ count: Int) -> Int {
                prefix[position + offset..<position + offset + count].reversed()
                    .reduce(0) { $0 << 8 | Int($1) }
            }
            let nameByteCount = number(26, 2)
            let start = position + ZipEntry.headerByteCount
            names.append(prefix[start...].prefix(nameByteCount))
            // At most 2^32 + 2^17: more than the prefix has ends the loop.
            position = start + nameByteCount + number(28, 2) + number(18, 4)
            if position > prefix.count { break }
        }
        return names
    }
}

import LTFNBytes
import LTFNCheckpoint

/// Tensors of one text each, of which the short ones are metadata.
struct BundleTexts {
    private static let longestText: UInt64 = 4096
    private var members: [JSONMember] = []
    private var longCount = 0

    /// - Throws: `corrupt`, `checksumMismatch`, `truncated`, `io`.
    init(
        _ texts: [(name: String, entry: BundleEntry)], _ data: BundleData
    ) throws(FormatError) {
        for (name, entry) in texts {
            do throws(FormatError) {
                try data.expect(entry)
                guard entry.byteCount <= Self.longestText,
                    let text = try Self.text(entry, data)
                else {
                    longCount += 1
                    continue
                }
                members.append(JSONMember(name, .string(text)))
            } catch {
                throw error.named(TensorFlowFormat.name, variable: String(name.prefix(100)))
            }
        }
    }

    /// The length, a checksum of it, and the bytes; nil when they are no UTF-8.
    private static func text(
        _ entry: BundleEntry, _ data: BundleData
    ) throws(FormatError) -> String? {
        // The checksum of the whole is of the length as a number, not as it stands there.
        let bytes = try data.readUnchecked(entry)
        var reader = ByteReader(bytes, at: entry.offset, format: TensorFlowFormat.name)
        let length = try reader.varint64()
        var lengths = CRC32C()
        var number = ByteWriter()
        if length <= UInt64(UInt32.max) { number.u32(UInt32(length)) } else { number.u64(length) }
        lengths.update(number.bytes)
        let stored = try reader.u32()
        var whole = lengths
        var checksum = ByteWriter()
        checksum.u32(stored)
        whole.update(checksum.bytes)
        guard length == UInt64(reader.remaining) else {
            throw reader.error(
                .corrupt,
                "A text has \(reader.remaining) bytes; \(length) were expected.")
        }
        let text = try reader.bytes(reader.remaining)
        whole.update(text)
        guard lengths.masked == stored, whole.masked == entry.checksum else {
            throw FormatError(
                .checksumMismatch, offset: entry.offset,
                "The CRC-32C of a text is wrong: its bytes are not those that were written.")
        }
        return String(validating: text, as: UTF8.self)
    }

    /// Together with the strings of the header, which come first.
    func strings(beside others: [JSONMember]) -> [JSONMember] {
        let known = Set(others.map { ByteString($0.key) })
        return others
            + members.filter {
                $0.key != EmbeddedManifest.key && !known.contains(ByteString($0.key))
            }
    }

    var notes: [String] {
        guard longCount > 0 else { return [] }
        return [
            "\(NumberText.counted(longCount, "text")) of more than \(Self.longestText) bytes, or in "
                + "no UTF-8: not read."
        ]
    }
}

extension BundleData {
    /// The bytes of a short entry, as they stand in the file.
    ///
    /// - Throws: `truncated`, `io`.
    fileprivate func readUnchecked(_ entry: BundleEntry) throws(FormatError) -> [UInt8] {
        guard let shard = source(of: entry) else { return [] }
        return try shard.read(at: entry.offset, byteCount: Int(clamping: entry.byteCount))
    }
}

/// Files that are no checkpoints, told by how they begin.
enum ForeignContent {
    private static let signatures: [(bytes: [UInt8], look: String)] = [
        ([0x89, 0x50, 0x4E, 0x47], "a PNG image"),
        ([0xFF, 0xD8, 0xFF], "a JPEG image"),
        ([0x47, 0x49, 0x46, 0x38], "a GIF image"),
        ([0x25, 0x50, 0x44, 0x46], "a PDF document"),
        ([0x1F, 0x8B], "gzip-compressed data"),
        ([0x42, 0x5A, 0x68], "bzip2-compressed data"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz-compressed data"),
        ([0x28, 0xB5, 0x2F, 0xFD], "zstd-compressed data"),
        ([0x7F, 0x45, 0x4C, 0x46], "a program"),
        ([0x89, 0x48, 0x44, 0x46], "an HDF5 file"),
        ([0x47, 0x47, 0x55, 0x46], "a GGUF file"),
        ([0x00, 0x00, 0x08, 0x01], "an IDX file of labels"),
        ([0x00, 0x00, 0x08, 0x03], "an IDX file of images"),
        ([0x80, 0x02, 0x8A, 0x0A], "a PyTorch file from before version 1.6"),
    ]

    /// `an HTML page`, or nil when nothing comes to mind.
    static func description(of prefix: [UInt8]) -> String? {
        if prefix.isEmpty { return "an empty file" }
        if let known = signatures.first(where: { prefix.starts(with: $0.bytes) }) {
            return known.look
        }
        if prefix.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return zip(prefix) }
        return markup(prefix)
    }

    private static func zip(_ prefix: [UInt8]) -> String? {
        // PyTorch names every member `<archive>/data.pkl`, `<archive>/data/0` and so on.
        let name = prefix.dropFirst(30).prefix(300)
        let needle = Array("data.pkl".utf8)
        let isTorch = name.indices.contains { name[$0...].starts(with: needle) }
        return isTorch ? "a PyTorch file" : nil
    }

    private static func markup(_ prefix: [UInt8]) -> String? {
        let text = String(decoding: prefix.prefix(256), as: UTF8.self).lowercased()
        let start = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        if start.hasPrefix("<!doctype html") || start.hasPrefix("<html") {
            return "an HTML page (a download that went wrong?)"
        }
        if start.hasPrefix("version https://git-lfs") {
            return "a Git LFS pointer, the file itself was never fetched"
        }
        if start.hasPrefix("<?xml") { return "an XML document" }
        return nil
    }
}

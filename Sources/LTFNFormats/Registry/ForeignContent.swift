/// A file that is no checkpoint of a known format, told by how it begins: what it is, and what to
/// do.
struct ForeignContent {
    /// One or two sentences.
    let sentence: String

    /// - Parameter prefix: the beginning of the file.
    init?(of prefix: [UInt8]) {
        guard let found = Self.kind(of: prefix) else { return nil }
        sentence =
            "This is \(found.look), not a checkpoint that can be read."
            + (found.advice.map { " " + $0 } ?? "")
    }

    private struct Kind {
        var look: String
        var advice: String?

        init(_ look: String, _ advice: String? = nil) {
            self.look = look
            self.advice = advice
        }
    }

    private static func kind(of prefix: [UInt8]) -> Kind? {
        if prefix.isEmpty { return Kind("an empty file", "Download it or save it again.") }
        if let known = signatures.first(where: { $0.fits(prefix) }) { return known.kind }
        return markup(prefix) ?? pickle(prefix)
    }
}

// Kinds of files with a mark of their own.
extension ForeignContent {
    private struct Signature {
        var offset = 0
        var bytes: [UInt8]
        var kind: Kind

        init(_ bytes: [UInt8], at offset: Int = 0, _ look: String, _ advice: String? = nil) {
            self.bytes = bytes
            self.offset = offset
            kind = Kind(look, advice)
        }

        func fits(_ prefix: [UInt8]) -> Bool { prefix.dropFirst(offset).starts(with: bytes) }
    }

    private static let signatures = [
        Signature([0x89, 0x50, 0x4E, 0x47], "a PNG image"),
        Signature([0xFF, 0xD8, 0xFF], "a JPEG image"),
        Signature([0x47, 0x49, 0x46, 0x38], "a GIF image"),
        Signature([0x25, 0x50, 0x44, 0x46], "a PDF document"),
        Signature([0x1F, 0x8B], "gzip-compressed data", "Unpack it with gunzip first."),
        Signature([0x42, 0x5A, 0x68], "bzip2-compressed data", "Unpack it with bunzip2 first."),
        Signature(
            [0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz-compressed data", "Unpack it with unxz first."),
        Signature(
            [0x28, 0xB5, 0x2F, 0xFD], "zstd-compressed data", "Unpack it with unzstd first."),
        Signature([0x7F, 0x45, 0x4C, 0x46], "a program"),
        Signature(
            [0x00, 0x00, 0x08, 0x01], "an IDX file of labels", "ltfn-eval reads it beside a model."),
        Signature(
            [0x00, 0x00, 0x08, 0x03], "an IDX file of images", "ltfn-eval reads it beside a model."),
        Signature(
            Array("MATLAB 5.0 MAT-file".utf8), "a MATLAB file",
            "Load it with scipy.io.loadmat, and save the arrays with numpy.savez."),
        Signature(
            Array("ustar".utf8), at: 257, "a tar archive", "Unpack it with tar -xf first."),
        Signature(
            Array("version https://git-lfs".utf8),
            "a Git LFS pointer, and the file itself was never fetched",
            "Fetch it with git lfs pull."),
    ]

    private static func markup(_ prefix: [UInt8]) -> Kind? {
        let text = String(decoding: prefix.prefix(256), as: UTF8.self).lowercased()
        let start = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        if start.hasPrefix("<!doctype html") || start.hasPrefix("<html") {
            return Kind("an HTML page", "The download went wrong: download the file itself.")
        }
        return start.hasPrefix("<?xml") ? Kind("an XML document") : nil
    }
}

// Kinds of files that begin as many others could.
extension ForeignContent {
    /// The protocol's number, and an opcode that a pickle can begin with.
    private static func pickle(_ prefix: [UInt8]) -> Kind? {
        guard prefix.count > 2, prefix[0] == 0x80, (2...5).contains(prefix[1]),
            Array("\u{95}]})(c}KJGX\u{8C}\u{8A}q".unicodeScalars.map { UInt8($0.value) })
                .contains(prefix[2])
        else { return nil }
        return Kind(
            "a Python pickle, which can run any code and is never loaded",
            "If you trust it, load it with Python, and save the arrays with numpy.savez.")
    }
}

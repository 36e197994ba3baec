import LTFNBytes

/// What a file that is not IDX seems to be, told from its first bytes, so that an error can say it.
struct ForeignContent {
    /// With its article: "an HTML page".
    let name: String
    /// What to do about it.
    let advice: String

    init(recognizing bytes: [UInt8]) {
        let prefix = Array(bytes.prefix(512))
        if prefix.isEmpty {
            self.init("an empty file", Self.fetchAgain)
        } else if let (_, name, advice) = Self.signatures.first(where: { prefix.starts(with: $0.0) }
        ) {
            self.init(name, advice)
        } else if let text = Self.text(prefix) {
            self.init(text: text)
        } else if prefix.allSatisfy({ $0 == 0 }) {
            self.init("nothing but zero bytes", Self.fetchAgain)
        } else {
            let start = prefix.prefix(4).map(Self.hex).joined(separator: " ")
            self.init("data of an unknown kind (\(start) …)", "Check the file's name.")
        }
    }

    private init(_ name: String, _ advice: String) {
        self.name = name
        self.advice = advice
    }

    private init(text: String) {
        let start = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }.lowercased()
        if start.hasPrefix("<!doctype html") || start.hasPrefix("<html") || start.contains("<head")
        {
            self.init(
                "an HTML page",
                "The server answered with a web page and not with the file; "
                    + Self.lower(Self.fetchAgain))
        } else if start.hasPrefix("<") {
            self.init("an XML document", Self.fetchAgain)
        } else if start.hasPrefix("version https://git-lfs") {
            self.init("a Git LFS pointer", "Run \"git lfs pull\" where it came from.")
        } else if start.isEmpty {
            self.init("nothing but blanks", Self.fetchAgain)
        } else {
            self.init("text", Self.fetchAgain)
        }
    }

    private static let fetchAgain = "Fetch the file again, for example with tools/fetch-mnist."

    private static func lower(_ sentence: String) -> String {
        sentence.prefix(1).lowercased() + sentence.dropFirst()
    }

    /// The bytes as text, when no control character but tab and line ends is among them.
    private static func text(_ bytes: [UInt8]) -> String? {
        let isText = bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }
        guard isText else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        // One replacement can be a character that the prefix cuts in two.
        return text.dropLast(2).contains("\u{FFFD}") ? nil : text
    }

    private static func hex(_ byte: UInt8) -> String {
        String(byte, radix: 16, uppercase: true).aligned(2, with: "0")
    }

    private static let signatures: [([UInt8], String, String)] = [
        ([0x89, 0x50, 0x4E, 0x47], "a PNG picture", picture),
        ([0xFF, 0xD8, 0xFF], "a JPEG picture", picture),
        ([0x47, 0x49, 0x46, 0x38], "a GIF picture", picture),
        ([0x42, 0x4D], "a BMP picture", picture),
        ([0x50, 0x4B, 0x03, 0x04], "a zip archive", "Unpack it and give the file inside."),
        ([0x25, 0x50, 0x44, 0x46], "a PDF document", "Check the file's name."),
        ([0x1F, 0x8B], "another gzip inside the gzip", "Unpack the file once."),
        ([0x42, 0x5A, 0x68], "a bzip2 file", "Unpack it first: only gzip is read packed."),
        ([0xFD, 0x37, 0x7A, 0x58], "an xz file", "Unpack it first: only gzip is read packed."),
        ([0x28, 0xB5, 0x2F, 0xFD], "a zstd file", "Unpack it first: only gzip is read packed."),
        ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], "a NumPy array", "Store it as IDX."),
        ([0x50, 0x41, 0x52, 0x31], "a Parquet table", "Store it as IDX."),
        ([0x89, 0x4C, 0x54, 0x46, 0x4E], "a model (.ltfn)", "Give the images here."),
    ]

    private static let picture =
        "Single pictures are not read; collect them in one IDX file."
}

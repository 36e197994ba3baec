import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import LTFNInterchange

/// The formats that can be told apart, read and written.
public struct FormatRegistry: Sendable {
    public let formats: [any CheckpointFormat]

    public init(_ formats: [any CheckpointFormat]) {
        self.formats = formats
    }

    /// Every format of the toolkit. A new one is one more line here.
    public static let standard = FormatRegistry([
        NativeFormat(),
        SafetensorsFormat(),
        NPZFormat(),
        NPYFormat(),
    ])

    /// The same formats, but `.ltfn` files read and written as `native` does.
    func with(_ native: NativeFormat) -> FormatRegistry {
        FormatRegistry(formats.map { $0 is NativeFormat ? native : $0 })
    }

    /// The format with this name, as on the command line.
    public func format(named name: String) -> (any CheckpointFormat)? {
        formats.first { $0.traits.name == name.lowercased() }
    }

    /// The format that files with the extension of `path` usually have.
    public func format(forPath path: String) -> (any CheckpointFormat)? {
        let name = path.split(separator: "/").last.map { $0.lowercased() } ?? ""
        return formats.first { format in
            format.traits.fileExtensions.contains { name.hasSuffix("." + $0) }
        }
    }
}

/// What kind of file it is, and what is odd about it.
public struct Identification: Sendable {
    public var format: any CheckpointFormat
    /// One sentence when the name of the file says something else.
    public var note: String?
}

extension FormatRegistry {
    /// How much of a file formats are told apart by.
    static let prefixByteCount = 4096

    /// Finds the format of a file: by its content, and only where that says nothing by its name.
    ///
    /// - Throws: `notThisFormat` when it is none of these, or could be several; `io`.
    public func identify(
        _ source: any ByteSource, path: String
    ) throws(FormatError) -> Identification {
        let count = Int(min(source.byteCount, UInt64(Self.prefixByteCount)))
        let prefix = try source.read(at: 0, byteCount: count)
        let found = formats.filter {
            $0.recognizes(prefix: prefix, byteCount: source.byteCount)
        }
        let named = format(forPath: path)
        guard found.count < 2 else {
            let names = found.map(\.traits.name).joined(separator: " and ")
            throw FormatError(
                .notThisFormat, path: path,
                "The content could be \(names). Say which one to read with --from.")
        }
        if let format = found.first {
            return Identification(format: format, note: Self.note(format, named: named))
        }
        if let look = ForeignContent.description(of: prefix) {
            throw FormatError(.notThisFormat, path: path, "This is \(look), not a checkpoint.")
        }
        // The format itself can say best what is wrong with a file that bears its name.
        if let named { return Identification(format: named) }
        throw FormatError(
            .notThisFormat, path: path,
            "Neither content nor name tell of a known format; --list-formats lists them.")
    }

    private static func note(
        _ format: any CheckpointFormat, named: (any CheckpointFormat)?
    ) -> String? {
        guard let named, named.traits.name != format.traits.name else { return nil }
        return "The name says \(named.traits.name), the content is \(format.traits.name): "
            + "it is read as \(format.traits.name)."
    }
}

import LTFNBytes
import LTFNCheckpoint
import LTFNFiles
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
        ShardedSafetensorsFormat(),
        TensorFlowFormat(),
        NPZFormat(),
        NPYFormat(),
        TorchFormat(),
        TorchSetFormat(),
        DistributedFormat(),
        ONNXFormat(),
        GGUFFormat(),
        TFLiteFormat(),
        CoreMLFormat(),
        FlaxFormat(),
        HDF5Format(),
        KerasFormat(),
    ])

    /// The same formats, but `.ltfn` files read and written as `native` does.
    package func with(_ native: NativeFormat) -> FormatRegistry {
        FormatRegistry(formats.map { $0 is NativeFormat ? native : $0 })
    }

    /// The same formats, which read only what is selected.
    package func reading(_ selection: ReadingSelection) -> FormatRegistry {
        FormatRegistry(
            formats.map { format in
                guard var selective = format as? any SelectiveFormat else { return format }
                selective.selection = selection
                return selective
            })
    }

    /// The same formats, but `.ltfn` files may also be stored relative to the files at these paths.
    ///
    /// - Throws: all that opening a base throws.
    func reading(
        bases paths: [String], limits: DecodingLimits
    ) throws(FormatError) -> FormatRegistry {
        guard !paths.isEmpty, var native = formats.lazy.compactMap({ $0 as? NativeFormat }).first
        else { return self }
        native.bases += try BaseFiles(paths: paths, limits: limits).readers
        return with(native)
    }

    /// The names of all formats, in a sentence.
    private var names: String { formats.map(\.traits.name).joined(separator: ", ") }

    /// The format with this name.
    ///
    /// - Throws: `unsupportedFeature` when there is none.
    func known(_ name: String) throws(FormatError) -> any CheckpointFormat {
        guard let format = format(named: name) else {
            throw FormatError(
                .unsupportedFeature, "There is no format called \(name.prefix(40)): \(names).")
        }
        return format
    }

    /// The format that a file is to be written in.
    ///
    /// - Parameter name: of the format; nil: told by the name of the file.
    /// - Throws: `unsupportedFeature` when it is not known, or cannot be written.
    public func target(
        forPath path: String, named name: String?
    ) throws(FormatError) -> any CheckpointFormat {
        let format: any CheckpointFormat
        if let name {
            format = try known(name)
        } else if let named = self.format(forPath: path) {
            format = named
        } else {
            throw FormatError(
                .unsupportedFeature, path: path,
                "The name says none of the known formats, \(names).", remedy: .nameTargetFormat)
        }
        guard format.traits.canWrite else {
            throw FormatError(
                .unsupportedFeature, path: path,
                "\(format.traits.name) files can be read but not written.", remedy: .listFormats)
        }
        if name == nil { try Self.expectWritable(path, format.traits) }
        return format
    }

    /// - Throws: `unsupportedFeature` for a name that only files have which are read.
    private static func expectWritable(
        _ path: String, _ traits: FormatTraits
    ) throws(FormatError) {
        let ending = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
        guard let kind = traits.readOnlyExtensions[ending],
            let usual = traits.fileExtensions.first
        else { return }
        throw FormatError(
            .unsupportedFeature, path: path, "\(kind) can be read but not written.",
            remedy: .renameOutput(ending: usual, format: traits.name))
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

extension FormatRegistry {
    /// The formats whose checkpoints are kept in several files.
    var sets: [any SetFormat] { formats.compactMap { $0 as? any SetFormat } }

    /// The file to open when `path` is named: the index of a set, for what all names of its files
    /// begin with and for a part that cannot be read alone.
    public func openedPath(_ path: String) -> String {
        let isPresent = FileIdentity.isPresent(path)
        let name = DurableFileSetWriter.name(of: path)
        for set in sets {
            if isPresent {
                guard case .part(_, false) = set.member(named: name) else { continue }
            }
            guard let index = set.index(naming: name) else { continue }
            let indexPath = DurableFileSetWriter.path(of: index, beside: path)
            if FileIdentity.isPresent(indexPath) { return indexPath }
        }
        return path
    }
}

/// What kind of file it is, and what is odd about it.
public struct Identification: Sendable {
    public var format: any CheckpointFormat
    /// One sentence when the name of the file says something else.
    public var note: String?
}

extension FormatRegistry {
    /// Finds the format to read a file in: the one called `name`, or else the one that the file
    /// tells of.
    ///
    /// - Throws: as `identify(_:path:)`; `unsupportedFeature` when the format is not known, or
    ///   cannot be read.
    public func identify(
        _ files: any FileSet, path: String, named name: String?
    ) throws(FormatError) -> Identification {
        let found: Identification
        if let name {
            found = Identification(format: try known(name))
            try expectContent(of: found.format, files, path: path)
        } else {
            found = try identify(files, path: path)
        }
        guard found.format.traits.canRead else {
            throw FormatError(
                .unsupportedFeature, path: path,
                "\(found.format.traits.name) files can be written but not read.")
        }
        return found
    }

    /// Makes sure that a file whose format was named is not plainly something else.
    ///
    /// - Throws: `notThisFormat`, `io`.
    private func expectContent(
        of format: any CheckpointFormat, _ files: any FileSet, path: String
    ) throws(FormatError) {
        let look = try FileSetLook(files)
        if format.recognizes(look) { return }
        let others = formats.filter { $0.recognizes(look) }.map(\.traits.name)
        if !others.isEmpty {
            throw FormatError(
                .notThisFormat, path: path,
                "The content is \(FormatError.Remedy.choice(others)), not \(format.traits.name).")
        }
        if let foreign = look.prefix.flatMap({ ForeignContent(of: $0) }) {
            throw FormatError(.notThisFormat, path: path, foreign.sentence)
        }
    }

    /// Finds the format of a file: by its content, and only where that says nothing by its name.
    ///
    /// - Throws: `notThisFormat` when it is none of these, or could be several; `io`.
    public func identify(
        _ files: any FileSet, path: String
    ) throws(FormatError) -> Identification {
        let look = try FileSetLook(files)
        if let part = PartOfWhole(look, in: files) {
            throw FormatError(.notThisFormat, path: path, part.sentence)
        }
        let found = formats.filter { $0.recognizes(look) }
        let named = format(forPath: path)
        guard found.count < 2 else {
            let names = found.map(\.traits.name).joined(separator: " and ")
            throw FormatError(
                .notThisFormat, path: path,
                "The content could be \(names).", remedy: .nameSourceFormat)
        }
        if let format = found.first {
            return Identification(format: format, note: Self.note(format, named: named))
        }
        guard let prefix = look.prefix else {
            let content = FolderContent(look.names, registry: self)
            // What is missing beside an index is best named by its format.
            if let set = content.format { return Identification(format: set) }
            throw FormatError(
                .io, path: path, operation: .open, systemError: 21, content.sentence(path: path))
        }
        if let foreign = ForeignContent(of: prefix) {
            throw FormatError(.notThisFormat, path: path, foreign.sentence)
        }
        // The format itself can say best what is wrong with a file that bears its name.
        if let named { return Identification(format: named) }
        throw FormatError(
            .notThisFormat, path: path,
            "The format of the file is not known, neither by its content nor by its name.",
            remedy: .listFormats)
    }

    private static func note(
        _ format: any CheckpointFormat, named: (any CheckpointFormat)?
    ) -> String? {
        guard let named, named.traits.name != format.traits.name else { return nil }
        return "The name says \(named.traits.name), the content is \(format.traits.name): "
            + "it is read as \(format.traits.name)."
    }
}

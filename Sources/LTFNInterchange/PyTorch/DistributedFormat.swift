import LTFNBytes
import LTFNCheckpoint

/// The folders of `torch.distributed.checkpoint`: `.metadata`, a pickle that says where the chunks
/// of each tensor are, and files of them, `__0_0.distcp`.
///
/// The folder is named, or its `.metadata`.
public struct DistributedFormat: SelectiveFormat {
    static let name = "pytorch-dcp"
    private static let indexName = ".metadata"

    public var selection: ReadingSelection

    public init(selection: ReadingSelection = .everything) {
        self.selection = selection
    }

    public var traits: FormatTraits {
        FormatTraits(
            name: Self.name, summary: "torch.distributed.checkpoint, a folder",
            fileExtensions: ["metadata"], dtypes: TorchElementType.dtypes, canWrite: false,
            isSet: true, kernelLayout: .pytorch)
    }

    public func recognizes(prefix: [UInt8], byteCount: UInt64) -> Bool { false }

    public func recognizes(_ look: FileSetLook) -> Bool {
        guard let prefix = look.prefix else {
            // Where all chunks are missing, opening it says which.
            return look.names.contains(Self.indexName)
                && (look.names.contains { $0.hasSuffix(".distcp") }
                    || look.names.allSatisfy { $0.hasPrefix(".") })
        }
        return look.name == Self.indexName && prefix.first == 0x80
    }

    public func open(
        _ source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader {
        try open(SingleFile(source), limits: limits)
    }

    public func open(
        _ files: any FileSet, limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader {
        if let main = files.main {
            return try DistributedReader(main, named: nil, files, selection, limits: limits)
        }
        return try DistributedReader(
            try files.file(Self.indexName), named: Self.indexName, files, selection,
            limits: limits)
    }

    public func losses(writing manifest: Manifest) -> [FormatLoss] {
        [FormatLoss(.values, "Distributed checkpoints can be read, but not written.")]
    }

    public func create(
        _ sink: any ByteSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        throw FormatError(
            .unsupportedFeature, format: Self.name,
            "Distributed checkpoints can be read, but not written.")
    }
}

/// An open distributed checkpoint.
private struct DistributedReader: CheckpointReader {
    let manifest: Manifest
    let losses: [FormatLoss]
    let notes: [String]
    let otherFiles: [String]
    let otherByteCount: UInt64
    private let tensors: [DistributedTensor]
    private let limits: DecodingLimits

    /// - Parameter name: of the index in the folder; nil: it is the main file.
    init(
        _ source: any ByteSource, named name: String?, _ files: any FileSet,
        _ selection: ReadingSelection, limits: DecodingLimits
    ) throws(FormatError) {
        let index = try DistributedIndex(parsing: source, limits: limits)
        guard index.entries.count <= limits.variableCount else {
            throw FormatError(
                .limitExceeded, format: DistributedFormat.name,
                "The index names \(index.entries.count) tensors; \(limits.variableCount) are "
                    + "allowed.")
        }
        var parts = DistributedFiles(files, limits: limits)
        var names = ForeignNames(index.entries.map(\.name))
        var unreadable = UnreadableParts(selection, kind: "tensor")
        var infos: [VariableInfo] = []
        var found: [VariableName: DistributedTensor] = [:]
        var objects = DistributedObjects()
        for (name, entry) in index.entries {
            do throws(FormatError) {
                switch entry {
                case .object(let place): objects.add(try parts.reader(place), named: name)
                case .tensor(let shape, let chunks):
                    guard shape.count <= limits.rank else {
                        throw FormatError(
                            .limitExceeded,
                            "The tensor has \(shape.count) axes; \(limits.rank) are allowed.")
                    }
                    var readers: [TorchReader] = []
                    for chunk in chunks { readers.append(try parts.reader(chunk.place)) }
                    let tensor = try DistributedTensor(
                        shape: shape, chunks: chunks, readers: readers)
                    let own = try names.variableName(name, format: DistributedFormat.name)
                    guard found.updateValue(tensor, forKey: own) == nil else {
                        throw DistributedIndex.error("the tensor stands twice")
                    }
                    infos.append(VariableInfo(name: own, tensor: tensor.info))
                }
            } catch {
                let error = error.named(
                    DistributedFormat.name, variable: String(name.prefix(100)))
                guard error.code == .unsupportedFeature else { throw error }
                if selection.includes(name) { unreadable.add(error, named: name) }
            }
        }
        losses = try unreadable.losses(remainingCount: infos.count) + names.losses
        notes = objects.notes
        manifest = try Manifest(variables: infos, metadata: objects.metadata)
        tensors = manifest.variables.compactMap { found[$0.name] }
        otherFiles = (name.map { [$0] } ?? []) + parts.names
        otherByteCount = CheckedSize.total(parts.byteCount, name == nil ? 0 : source.byteCount)
        self.limits = limits
    }

    func read(_ index: Int) throws(FormatError) -> TensorData {
        let info = manifest.variables[index].tensor
        return try TensorData(info: info, bytes: read(index, bytes: 0..<info.byteCount))
    }

    func read(_ index: Int, bytes range: Range<Int>) throws(FormatError) -> AlignedBytes {
        do throws(FormatError) {
            _ = try CheckedSize.limited(range.count, to: limits.tensorByteCount, of: "the tensor")
            return try tensors[index].read(range)
        } catch {
            throw error.named(
                DistributedFormat.name, variable: manifest.variables[index].name.string)
        }
    }

    func pieceByteCount(_ index: Int) -> Int { foreignPieceByteCount }

    func storage(_ index: Int) -> StorageInfo {
        StorageInfo(
            storedByteCount: UInt64(manifest.variables[index].tensor.byteCount), codec: "raw",
            layout: ["in chunks"])
    }
}

/// The files of chunks, each opened once.
private struct DistributedFiles {
    private let files: any FileSet
    private let limits: DecodingLimits
    private var sources: [ByteString: any ByteSource] = [:]
    /// How many bytes of each file the chunks take.
    private var used: [ByteString: UInt64] = [:]

    init(_ files: any FileSet, limits: DecodingLimits) {
        self.files = files
        self.limits = limits
    }

    var names: [String] { sources.keys.sorted().map(\.string) }

    var byteCount: UInt64 { sources.values.reduce(0) { CheckedSize.total($0, $1.byteCount) } }

    /// What `torch.save` wrote at a place.
    mutating func reader(_ place: DistributedIndex.Place) throws(FormatError) -> TorchReader {
        let source: any ByteSource
        let file = ByteString(place.file)
        if let known = sources[file] {
            source = known
        } else {
            try files.expectInside(place.file)
            do throws(FormatError) {
                source = try files.file(place.file)
            } catch {
                var error = error
                error.message += " The index names it."
                throw error
            }
            sources[file] = source
        }
        let sum = CheckedSize.total(used[file] ?? 0, place.byteCount)
        guard sum <= source.byteCount else {
            throw FormatError(
                .corrupt, path: place.file,
                "The chunks take more than the \(source.byteCount) bytes of the file: the file is cut, "
                    + "or they overlap.")
        }
        used[file] = sum
        do throws(FormatError) {
            return try TorchReader(
                SourcePart(source, at: place.offset, byteCount: place.byteCount), limits: limits,
                selection: .everything)
        } catch {
            var error = error
            error.path = error.path ?? place.file
            throw error
        }
    }
}

/// What a distributed checkpoint holds beside its tensors.
private struct DistributedObjects {
    private(set) var metadata: Metadata = [:]
    private var leftOut: [String] = []

    mutating func add(_ reader: TorchReader, named name: String) {
        for entry in reader.manifest.metadata.entries {
            let isWhole = entry.key.string == TorchVariables.onlyValueName
            let key = isWhole ? name : name + "." + entry.key.string
            if metadata[key] == nil { metadata[key] = entry.value }
        }
        if !reader.notes.isEmpty || !reader.manifest.variables.isEmpty { leftOut.append(name) }
    }

    var notes: [String] {
        guard let first = leftOut.first else { return [] }
        let example = (leftOut.count > 1 ? "first: " : "") + "\"\(first.prefix(80))\""
        return [
            LeftOutNote.text([
                "what is not plain in \(NumberText.counted(leftOut.count, "object")) (\(example))"
            ])
        ]
    }
}

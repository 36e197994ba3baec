import LTFNBytes
import LTFNCheckpoint

/// Checkpoints of TensorFlow, version 2 (`TensorBundle`): an index, and files of values.
///
/// A checkpoint is named by its index, by its folder (where the file `checkpoint` says which one is
/// the newest, or only one is), or by that of a SavedModel. Variables have the keys of the
/// checkpoint as names. What the format has no place for (initializers, the model graph, metadata)
/// stands in a field of the index that TensorFlow passes over.
public struct TensorFlowFormat: SelectiveFormat, SetFormat {
    static let name = "tensorflow"
    /// What TensorFlow's shapes have.
    private static let largestRank = 254

    public var selection: ReadingSelection
    public var shardByteCount: UInt64?

    public init(selection: ReadingSelection = .everything, shardByteCount: UInt64? = nil) {
        self.selection = selection
        self.shardByteCount = shardByteCount
    }

    public var traits: FormatTraits {
        FormatTraits(
            name: Self.name,
            summary: "checkpoints and SavedModel folders",
            fileExtensions: ["index"], dtypes: TensorFlowElementType.dtypes, isSet: true,
            kernelLayout: .tensorflow)
    }

    /// A table begins with the empty key and its value: the header, with the number of files; or,
    /// in an index of the first version, with a message.
    public func recognizes(prefix: [UInt8], byteCount: UInt64) -> Bool {
        let isPlain = Self.isHeader(prefix[...])
        return isPlain || Self.packedLiteral(prefix).map(Self.isHeader) ?? false
    }

    private static func isHeader(_ bytes: ArraySlice<UInt8>) -> Bool {
        let head = Array(bytes.prefix(12))
        guard head.count >= 8, head[0] == 0, head[1] == 0 else { return false }
        let value = Array(head[2...].drop { $0 >= 0x80 }.dropFirst())
        guard let tag = value.first else { return false }
        // The version, or a variable's name, is somewhere after it.
        return tag == 0x08 ? bytes.prefix(40).contains(0x1A) : tag == 0x0A && value.contains(0x0A)
    }

    /// What a block that is packed with snappy begins with.
    private static func packedLiteral(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        let rest = bytes.prefix(16).drop { $0 >= 0x80 }.dropFirst()
        guard let tag = rest.first, tag & 3 == 0 else { return nil }
        let more = tag >> 2 < 60 ? 0 : Int(tag >> 2) - 59
        return bytes[rest.startIndex...].dropFirst(1 + more)
    }

    public func recognizes(_ look: FileSetLook) -> Bool {
        guard let prefix = look.prefix else { return CheckpointFolder.isKnown(look.names) }
        return recognizes(prefix: prefix, byteCount: look.byteCount)
    }

    public func open(
        _ source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader {
        try open(SingleFile(source, name: BundleNames.indexEnding), limits: limits)
    }

    public func open(
        _ files: any FileSet, limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader {
        if let main = files.main {
            return try TensorFlowReader(
                index: main, named: files.name, isNamed: true, files, selection, limits: limits)
        }
        let name = try CheckpointFolder.index(in: files)
        let index: any ByteSource
        do throws(FormatError) {
            index = try files.file(name)
        } catch {
            throw error.named(Self.name)
        }
        return try TensorFlowReader(
            index: index, named: name, isNamed: false, files, selection, limits: limits)
    }

    public func losses(writing manifest: Manifest) -> [FormatLoss] {
        manifest.variables.flatMap(losses) + EmbeddedManifest.losses(writing: manifest)
    }

    private func losses(of variable: VariableInfo) -> [FormatLoss] {
        var losses: [FormatLoss] = []
        let tensor = variable.tensor
        if TensorFlowElementType.number(of: tensor.dtype) == nil {
            losses.append(.unstorable(variable, in: "TensorFlow"))
        }
        if tensor.shape.rank > Self.largestRank {
            losses.append(
                FormatLoss(
                    .values, variable: variable.name,
                    "TensorFlow has \(Self.largestRank) axes at most, found \(tensor.shape.rank)."))
        }
        if variable.name.string == BundleIndex.objectGraphKey {
            losses.append(
                FormatLoss(
                    .values, variable: variable.name,
                    "TensorFlow keeps this name for its graph of objects."))
        }
        if let target = variable.tiedTo {
            losses.append(.tie(of: variable, to: target))
        }
        return losses
    }

    public func writingOrder(of manifest: Manifest) -> [Int] { Array(manifest.variables.indices) }

    public func create(
        _ sink: any ByteSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        try create(SingleFileSink(sink, name: "model.index"), manifest: manifest)
    }

    public func create(
        _ files: any FileSetSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        if let loss = losses(writing: manifest).first(where: { $0.subject == .values }) {
            throw FormatError(
                .notRepresentable, format: Self.name, variable: loss.variable?.string, loss.reason)
        }
        guard files.name.hasSuffix(BundleNames.indexEnding) else {
            throw FormatError(
                .notRepresentable, format: Self.name,
                "The index of a checkpoint is called like model.index, not "
                    + "\"\(files.name.prefix(200))\".")
        }
        return try TensorFlowWriter(
            files, manifest, ShardPlan(manifest, shardByteCount: shardByteCount ?? .max))
    }
}

// The names of the files.
extension TensorFlowFormat {
    public func otherFiles(writing manifest: Manifest, as name: String) -> [String] {
        let count = ShardPlan(manifest, shardByteCount: shardByteCount ?? .max).shards.count
        let prefix = BundleNames.prefix(ofIndex: name)
        return (0..<count).map { BundleNames.data(prefix, $0, of: count) }
    }

    public func member(named name: String) -> SetMember? {
        if let prefix = BundleNames.prefix(ofData: name) {
            return .part(index: prefix + BundleNames.indexEnding, isReadAlone: false)
        }
        return name.hasSuffix(BundleNames.indexEnding) ? .index : nil
    }

    public func index(naming name: String) -> String? {
        (BundleNames.prefix(ofData: name) ?? name) + BundleNames.indexEnding
    }

    public func index(writing name: String) -> String {
        name.hasSuffix(BundleNames.indexEnding) ? name : name + BundleNames.indexEnding
    }

    public func ownParts(
        ofIndex source: any ByteSource, named name: String, limits: DecodingLimits
    ) -> [String] {
        guard name.hasSuffix(BundleNames.indexEnding),
            let index = try? BundleIndex(source, limits: limits, selection: selection),
            index.header.shardCount <= limits.variableCount
        else { return [] }
        let prefix = BundleNames.prefix(ofIndex: name)
        return (0..<index.header.shardCount).map {
            BundleNames.data(prefix, $0, of: index.header.shardCount)
        }
    }
}

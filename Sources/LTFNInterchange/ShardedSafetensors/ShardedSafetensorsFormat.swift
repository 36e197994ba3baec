import LTFNBytes
import LTFNCheckpoint

/// A set of safetensors files with an index, as the transformers library keeps large models.
///
/// The set is named by its index, `model.safetensors.index.json`, or by the folder that it lies in.
/// Beside the values, the index keeps what safetensors has no place for, under the key
/// `ltfn.manifest` of its metadata.
public struct ShardedSafetensorsFormat: SelectiveFormat, SetFormat {
    static let name = "safetensors-set"

    /// The most bytes of values in a file of the set that is written; a longer variable gets its
    /// own file. nil: five billion.
    public var shardByteCount: UInt64?
    public var selection: ReadingSelection
    /// As of `SafetensorsFormat`, for every file of the set.
    public var alignment: Int

    /// What a file of a set has unless told otherwise.
    private static let usualShardByteCount: UInt64 = 5_000_000_000

    public init(
        shardByteCount: UInt64? = nil, selection: ReadingSelection = .everything,
        alignment: Int = SafetensorsFormat.defaultAlignment
    ) {
        self.alignment = alignment
        self.shardByteCount = shardByteCount
        self.selection = selection
    }

    public var traits: FormatTraits {
        FormatTraits(
            name: Self.name, summary: "several files with an index",
            fileExtensions: ["safetensors.index.json"], dtypes: SafetensorsElementType.dtypes,
            isSet: true)
    }

    public func recognizes(prefix: [UInt8], byteCount: UInt64) -> Bool { false }

    public func recognizes(_ look: FileSetLook) -> Bool {
        guard let prefix = look.prefix else { return Self.index(in: look.names) != nil }
        guard prefix.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) == UInt8(ascii: "{")
        else { return false }
        return Self.contains("\"weight_map\"", in: prefix)
            && Self.contains(".safetensors\"", in: prefix)
    }

    private static func contains(_ text: String, in bytes: [UInt8]) -> Bool {
        let needle = Array(text.utf8)
        return bytes.indices.contains {
            bytes[$0] == needle[0] && bytes[$0...].starts(with: needle)
        }
    }

    /// The one index among the names of a folder.
    private static func index(in names: [String]) -> String? {
        let found = names.filter { $0.hasSuffix(ShardIndex.ending) }
        return found.count == 1 ? found[0] : nil
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
            return try ShardedSafetensorsReader(
                index: main, named: nil, files, selection, limits: limits)
        }
        guard let name = Self.index(in: try files.names()) else {
            throw FormatError(
                .notThisFormat, format: Self.name,
                "The folder has no index of a set, *\(ShardIndex.ending), or several; name the file to "
                    + "read.")
        }
        return try ShardedSafetensorsReader(
            index: try files.file(name), named: name, files, selection, limits: limits)
    }

    public func member(named name: String) -> SetMember? {
        if name.hasSuffix(ShardIndex.ending) { return .index }
        return ShardPlan.stem(ofPart: name).map {
            .part(index: $0 + ShardIndex.ending, isReadAlone: true)
        }
    }

    public func index(naming name: String) -> String? { nil }

    public func index(writing name: String) -> String {
        if name.hasSuffix(ShardIndex.ending) { return name }
        return name + (name.hasSuffix(".safetensors") ? "" : ".safetensors") + ".index.json"
    }

    public func ownParts(
        ofIndex source: any ByteSource, named name: String, limits: DecodingLimits
    ) -> [String] {
        guard name.hasSuffix(ShardIndex.ending),
            let index = try? ShardIndex(parsing: source, limits: limits)
        else {
            return []
        }
        let stem = String(name.dropLast(ShardIndex.ending.count))
        return index.fileNames.filter { ShardPlan.stem(ofPart: $0) == stem }
    }

    private func plan(_ manifest: Manifest) -> ShardPlan {
        ShardPlan(manifest, shardByteCount: shardByteCount ?? Self.usualShardByteCount)
    }

    public func losses(writing manifest: Manifest) -> [FormatLoss] {
        SafetensorsFormat().losses(writing: manifest)
    }

    public func writingOrder(of manifest: Manifest) -> [Int] {
        plan(manifest).shards.flatMap {
            SafetensorsFormat.order($0, of: manifest)
        }
    }

    public func otherFiles(writing manifest: Manifest, as name: String) -> [String] {
        let plan = plan(manifest)
        return plan.shards.indices.map { plan.fileName($0, index: name) }
    }

    public func create(
        _ sink: any ByteSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        try create(SingleFileSink(sink, name: ShardIndex.ending), manifest: manifest)
    }

    public func create(
        _ files: any FileSetSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        if let loss = losses(writing: manifest).first(where: { $0.subject == .values }) {
            throw FormatError(
                .notRepresentable, format: Self.name, variable: loss.variable?.string, loss.reason)
        }
        guard files.name.hasSuffix(ShardIndex.ending) else {
            throw FormatError(
                .notRepresentable, format: Self.name,
                "The index of a set is called like model\(ShardIndex.ending), not "
                    + "\"\(files.name.prefix(200))\".")
        }
        return try ShardedSafetensorsWriter(
            files, manifest, plan(manifest),
            alignment: alignment)
    }
}

import LTFNBytes
import LTFNCheckpoint

/// A set of safetensors files with an index, as the transformers library keeps large models.
///
/// The set is named by its index, `model.safetensors.index.json`, or by the folder that it lies in.
/// Beside the values, the index keeps what safetensors has no place for, under the key
/// `ltfn.manifest` of its metadata.
public struct ShardedSafetensorsFormat: SelectiveFormat {
    static let name = "safetensors-set"

    /// The most bytes of values in a file of the set that is written; a longer variable gets its
    /// own file.
    public var shardByteCount: UInt64
    public var selection: ReadingSelection
    /// As of `SafetensorsFormat`, for every file of the set.
    public var alignment: Int

    public init(
        shardByteCount: UInt64 = 5_000_000_000, selection: ReadingSelection = .everything,
        alignment: Int = SafetensorsFormat.defaultAlignment
    ) {
        self.alignment = alignment
        self.shardByteCount = shardByteCount
        self.selection = selection
    }

    public var traits: FormatTraits {
        FormatTraits(
            name: Self.name, summary: "several safetensors files, named by their index or folder",
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

    /// Whether the index of a set is called so.
    public static func isIndex(_ name: String) -> Bool { name.hasSuffix(ShardIndex.ending) }

    /// `model` for `model-00002-of-00003.safetensors`; nil for a name that no part of a set has.
    public static func stem(ofPart name: String) -> String? { ShardPlan.stem(ofPart: name) }

    /// Which files the index `name` speaks of that are called as the parts of this very set are;
    /// none when it cannot be read.
    public static func ownParts(
        ofIndex source: any ByteSource, named name: String, limits: DecodingLimits
    ) -> [String] {
        guard isIndex(name), let index = try? ShardIndex(parsing: source, limits: limits) else {
            return []
        }
        let stem = String(name.dropLast(ShardIndex.ending.count))
        return index.fileNames.filter { ShardPlan.stem(ofPart: $0) == stem }
    }

    public func losses(writing manifest: Manifest) -> [FormatLoss] {
        SafetensorsFormat().losses(writing: manifest)
    }

    public func writingOrder(of manifest: Manifest) -> [Int] {
        ShardPlan(manifest, shardByteCount: shardByteCount).shards.flatMap {
            SafetensorsFormat.order($0, of: manifest)
        }
    }

    public func otherFiles(writing manifest: Manifest, as name: String) -> [String] {
        let plan = ShardPlan(manifest, shardByteCount: shardByteCount)
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
            files, manifest, ShardPlan(manifest, shardByteCount: shardByteCount),
            alignment: alignment)
    }
}

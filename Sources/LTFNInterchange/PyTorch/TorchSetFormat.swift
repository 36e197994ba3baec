import LTFNBytes
import LTFNCheckpoint

/// A set of PyTorch's files with an index, as the transformers library kept large models.
///
/// The set is named by its index, `pytorch_model.bin.index.json`, or by the folder that it lies in.
/// The index is that of `ShardedSafetensorsFormat`.
public struct TorchSetFormat: SelectiveFormat {
    static let name = "pytorch-set"
    private static let ending = ".bin.index.json"

    public var selection: ReadingSelection

    public init(selection: ReadingSelection = .everything) {
        self.selection = selection
    }

    public var traits: FormatTraits {
        FormatTraits(
            name: Self.name, summary: "several files with an index",
            fileExtensions: ["bin.index.json"], dtypes: TorchElementType.dtypes, canWrite: false,
            isSet: true, kernelLayout: .pytorch)
    }

    public func recognizes(prefix: [UInt8], byteCount: UInt64) -> Bool { false }

    public func recognizes(_ look: FileSetLook) -> Bool {
        guard let prefix = look.prefix else {
            return Self.index(in: look.names) != nil
                && !look.names.contains { ShardedSafetensorsFormat().member(named: $0) == .index }
        }
        guard prefix.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) == UInt8(ascii: "{")
        else { return false }
        let text = String(decoding: prefix, as: UTF8.self)
        return text.contains("\"weight_map\"") && !text.contains(".safetensors\"")
            && [".bin\"", ".pt\"", ".pth\""].contains(where: text.contains)
    }

    /// The one index among the names of a folder.
    private static func index(in names: [String]) -> String? {
        let found = names.filter { $0.hasSuffix(ending) }
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
            return try TorchSetReader(index: main, named: nil, files, selection, limits: limits)
        }
        guard let name = Self.index(in: try files.names()) else {
            throw FormatError(
                .notThisFormat, format: Self.name,
                "The folder has no index of a set, *\(Self.ending), or several; name the file to "
                    + "read.")
        }
        return try TorchSetReader(
            index: try files.file(name), named: name, files, selection, limits: limits)
    }

    public func losses(writing manifest: Manifest) -> [FormatLoss] {
        [FormatLoss(.values, "Sets of PyTorch's files can be read, but not written.")]
    }

    public func create(
        _ sink: any ByteSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        throw FormatError(
            .unsupportedFeature, format: Self.name,
            "Sets of PyTorch's files can be read, but not written.")
    }
}

import LTFNBytes
import LTFNCheckpoint

/// The files of PyTorch, as `torch.save` writes them: zip archives, the form from before 1.6, and
/// archives of TorchScript.
///
/// A tensor is named by its path through dicts and lists: `model.layer1.weight`. Nothing of a file
/// is ever run: see `PickleMachine`.
public struct TorchFormat: SelectiveFormat {
    static let name = "pytorch"

    public var selection: ReadingSelection

    public init(selection: ReadingSelection = .everything) {
        self.selection = selection
    }

    public var traits: FormatTraits {
        FormatTraits(
            name: Self.name, summary: "torch.save; TorchScript (read only)",
            fileExtensions: ["pt", "pth", "bin", "ckpt", "jit"], dtypes: TorchElementType.dtypes,
            toleratesTail: true, kernelLayout: .pytorch,
            readOnlyExtensions: ["jit": "TorchScript"])
    }

    public func recognizes(prefix: [UInt8], byteCount: UInt64) -> Bool {
        LegacyTorchFile.recognizes(prefix)
            || ZipPrefix.memberNames(in: prefix).contains(where: Self.isMember)
    }

    /// Whether a member is called as those of PyTorch: `archive/data.pkl`, `archive/data/0`.
    private static func isMember(_ name: ArraySlice<UInt8>) -> Bool {
        let parts = name.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count > 1 else { return false }
        if parts.count == 2 {
            return parts[1].elementsEqual("data.pkl".utf8)
                || parts[1].elementsEqual("constants.pkl".utf8)
        }
        let isData =
            parts[1].elementsEqual("data".utf8) || parts[1].elementsEqual("constants".utf8)
        return parts.count == 3 && isData && !parts[2].isEmpty
            && parts[2].allSatisfy { (0x30...0x39).contains($0) }
    }

    public func open(
        _ source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader {
        try TorchReader(source, limits: limits, selection: selection)
    }

    public func losses(writing manifest: Manifest) -> [FormatLoss] {
        manifest.variables.compactMap { variable in
            let tensor = variable.tensor
            if TorchElementType.name(of: tensor.dtype) == nil {
                return .unstorable(variable, in: "PyTorch")
            }
            guard StateDictPickle.strides(of: tensor.shape) == nil else { return nil }
            return FormatLoss(
                .values, variable: variable.name,
                "PyTorch has no tensors of shape \(tensor.shape): without the zeros, its elements "
                    + "would be more than 2^63 - 1.")
        } + EmbeddedManifest.losses(writing: manifest)
    }

    public func create(
        _ sink: any ByteSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        if let loss = losses(writing: manifest).first(where: { $0.subject == .values }) {
            throw FormatError(
                .notRepresentable, format: Self.name, variable: loss.variable?.string, loss.reason)
        }
        return try TorchWriter(sink, manifest: manifest)
    }
}

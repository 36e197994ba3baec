import LTFNBytes
import LTFNCheckpoint

/// Files of ggml, as llama.cpp and its relatives keep models.
///
/// Quantized tensors are read and written as the blocks that they are. What the format has no place
/// for is kept in its metadata, under the key `ltfn.manifest`.
public struct GGUFFormat: SelectiveFormat {
    static let name = "gguf"

    public var selection: ReadingSelection

    /// At what multiples values begin when the metadata do not say it.
    static let defaultAlignment: UInt64 = 32

    public init(selection: ReadingSelection = .everything) {
        self.selection = selection
    }

    public var traits: FormatTraits {
        FormatTraits(
            name: Self.name, summary: "ggml and llama.cpp, also quantized",
            fileExtensions: ["gguf"], dtypes: GGUFTensorType.elementTypes, keepsBlocks: true)
    }

    public func recognizes(prefix: [UInt8], byteCount: UInt64) -> Bool {
        prefix.count >= 8 && prefix.starts(with: GGUFHeader.magic)
    }

    public func open(
        _ source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader {
        try PlacedReader(gguf: source, limits: limits, selection: selection)
    }

    public func losses(writing manifest: Manifest) -> [FormatLoss] {
        manifest.variables.flatMap { variable -> [FormatLoss] in
            if GGUFTensorType(of: variable) == nil {
                return [.unstorable(variable, in: "GGUF")]
            }
            return variable.tiedTo.map { [.tie(of: variable, to: $0)] } ?? []
        } + GGUFMetadata.losses(writing: manifest)
    }

    public func notes(writing manifest: Manifest) -> [String] {
        let long = manifest.variables.filter {
            $0.name.string.utf8.count > Self.longestName || $0.tensor.shape.rank > Self.highestRank
        }
        // Python's gguf looks for its last axis.
        let scalars = manifest.variables.filter {
            $0.tensor.dtype == .bf16 && $0.tensor.shape.rank == 0
        }
        return [
            Self.list(long).map {
                "ggml itself reads names of up to \(Self.longestName) bytes and tensors of up to "
                    + "\(Self.highestRank) axes, and not \($0); Python's gguf does."
            },
            Self.list(scalars).map {
                "Python's gguf does not read bfloat16 without axes, which \($0) has."
            },
        ].compactMap { $0 }
    }

    private static func list(_ variables: [VariableInfo]) -> String? {
        guard let first = variables.first else { return nil }
        let others = NumberText.counted(variables.count - 1, "more variable")
        return "\"\(first.name)\"" + (variables.count > 1 ? " and " + others : "")
    }

    private static let longestName = 63
    private static let highestRank = 4

    public func writingOrder(of manifest: Manifest) -> [Int] { Array(manifest.variables.indices) }

    public func create(
        _ sink: any ByteSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        if let loss = losses(writing: manifest).first(where: { $0.subject == .values }) {
            throw FormatError(
                .notRepresentable, format: Self.name, variable: loss.variable?.string, loss.reason)
        }
        return try GGUFWriter(sink, manifest: manifest, order: writingOrder(of: manifest))
    }
}

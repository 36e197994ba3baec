import LTFNBytes
import LTFNCheckpoint

/// Models of the Open Neural Network Exchange.
///
/// Its variables are the initializers of the main graph, under their names, and beside them those
/// of graphs within it and the values of `Constant` nodes. A model may keep values in files beside
/// it.
public struct ONNXFormat: SelectiveFormat {
    static let name = "onnx"

    public var selection: ReadingSelection
    /// How many bytes a model that is written may have with its values in it; those of a longer one
    /// go into a file beside it.
    public var byteLimit: UInt64

    /// What a message of protocol buffers may have.
    public static let longestModel: UInt64 = 0x7FFF_FFFF

    public init(
        selection: ReadingSelection = .everything, byteLimit: UInt64 = longestModel
    ) {
        self.selection = selection
        self.byteLimit = byteLimit
    }

    public var traits: FormatTraits {
        FormatTraits(
            name: Self.name, summary: "initializers and constants",
            fileExtensions: ["onnx"], dtypes: ONNXElementType.dtypes)
    }

    public func recognizes(prefix: [UInt8], byteCount: UInt64) -> Bool {
        ONNXPrefix(prefix, byteCount: byteCount).isModel
    }

    public func open(
        _ source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader {
        try open(SingleFile(source), limits: limits)
    }

    public func open(
        _ files: any FileSet, limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader {
        guard let main = files.main else {
            throw FormatError(
                .notThisFormat, format: Self.name,
                "This is a folder; name the model in it, *.onnx.")
        }
        return try Self.reader(main, files, limits: limits, selection: selection)
    }

    /// - Throws: as the reader; `notThisFormat` instead where nothing is as in a model.
    static func reader(
        _ main: any ByteSource, _ files: any FileSet, limits: DecodingLimits,
        selection: ReadingSelection
    ) throws(FormatError) -> ONNXReader {
        do throws(FormatError) {
            return try ONNXReader(main, files, limits: limits, selection: selection)
        } catch {
            let prefix = try main.read(
                at: 0, byteCount: Int(min(main.byteCount, UInt64(FileSetLook.prefixByteCount))))
            guard [.corrupt, .truncated].contains(error.code),
                !ONNXPrefix(prefix, byteCount: main.byteCount).isModel
            else { throw error }
            throw FormatError(.notThisFormat, format: name, "This is not an ONNX model.")
        }
    }

    public func losses(writing manifest: Manifest) -> [FormatLoss] {
        manifest.variables.flatMap { variable -> [FormatLoss] in
            if ONNXElementType(variable.tensor.dtype) == nil {
                return [.unstorable(variable, in: "ONNX")]
            }
            return variable.tiedTo.map { [.tie(of: variable, to: $0)] } ?? []
        } + EmbeddedManifest.losses(writing: manifest)
    }

    public func notes(writing manifest: Manifest) -> [String] {
        guard let obstacle = ONNXGraphWriter(manifest).obstacle else { return [] }
        return ["Runtimes cannot run the model, which only holds values: \(obstacle)."]
    }

    public func writingOrder(of manifest: Manifest) -> [Int] { Array(manifest.variables.indices) }

    public func otherFiles(writing manifest: Manifest, as name: String) -> [String] {
        let layout = ONNXFileLayout(
            manifest, order: writingOrder(of: manifest), name: name, byteLimit: byteLimit)
        return layout.isExternal ? [ONNXFileLayout.valueFile(of: name)] : []
    }

    public func create(
        _ sink: any ByteSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        try create(SingleFileSink(sink), manifest: manifest)
    }

    public func create(
        _ files: any FileSetSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        if let loss = losses(writing: manifest).first(where: { $0.subject == .values }) {
            throw FormatError(
                .notRepresentable, format: Self.name, variable: loss.variable?.string, loss.reason)
        }
        return try ONNXWriter(
            files, manifest, order: writingOrder(of: manifest), byteLimit: byteLimit)
    }
}

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

    public init(selection: ReadingSelection = .everything) {
        self.selection = selection
    }

    public var traits: FormatTraits {
        FormatTraits(
            name: Self.name, summary: "models of ONNX, their initializers and constants",
            fileExtensions: ["onnx"], dtypes: ONNXElementType.dtypes, canWrite: false)
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
        return try ONNXReader(main, files, limits: limits, selection: selection)
    }

    public func losses(writing manifest: Manifest) -> [FormatLoss] { [] }

    public func create(
        _ sink: any ByteSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        throw FormatError(
            .unsupportedFeature, format: Self.name, "Models of ONNX are read, not written.")
    }
}

import LTFNBytes
import LTFNCheckpoint

/// Models of TensorFlow Lite, of which the constant tensors are read.
public struct TFLiteFormat: SelectiveFormat {
    static let name = "tflite"

    public var selection: ReadingSelection

    public init(selection: ReadingSelection = .everything) {
        self.selection = selection
    }

    public var traits: FormatTraits {
        // Kernels of convolutions are OHWI, those of dense layers [out, in].
        FormatTraits(
            name: Self.name, summary: "TensorFlow Lite, constant tensors",
            fileExtensions: ["tflite"], dtypes: TFLiteElementType.all, canWrite: false,
            kernelLayout: .mlx)
    }

    private static let identifier = Array("TFL3".utf8)

    public func recognizes(prefix: [UInt8], byteCount: UInt64) -> Bool {
        prefix.count >= 8 && prefix[4..<8].elementsEqual(Self.identifier)
    }

    public func open(
        _ source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader {
        let prefix = try source.read(at: 0, byteCount: Int(min(8, source.byteCount)))
        guard recognizes(prefix: prefix, byteCount: source.byteCount) else {
            throw FormatError(
                .notThisFormat, format: Self.name,
                "The bytes from 4 on are not TFL3, as in every such file.")
        }
        return try PlacedReader(tflite: source, limits: limits, selection: selection)
    }

    public func losses(writing manifest: Manifest) -> [FormatLoss] {
        [FormatLoss(.values, "TensorFlow Lite can be read, but not written.")]
    }

    public func create(
        _ sink: any ByteSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        throw FormatError(
            .unsupportedFeature, format: Self.name, "TensorFlow Lite can be read, but not written.")
    }
}

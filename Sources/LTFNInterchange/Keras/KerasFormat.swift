import LTFNBytes
import LTFNCheckpoint

/// Whole models of Keras 3 (`.keras`): a zip archive of the network's description and of an HDF5
/// file with its values.
public struct KerasFormat: SelectiveFormat {
    static let name = "keras"

    public var selection: ReadingSelection

    public init(selection: ReadingSelection = .everything) {
        self.selection = selection
    }

    public var traits: FormatTraits {
        FormatTraits(
            name: Self.name, summary: "whole Keras 3 models",
            fileExtensions: ["keras"], dtypes: [], canWrite: false, toleratesTail: true,
            kernelLayout: .tensorflow)
    }

    public func recognizes(prefix: [UInt8], byteCount: UInt64) -> Bool {
        ZipPrefix.memberNames(in: prefix).contains { name in
            KerasArchive.members.contains { name.elementsEqual($0.utf8) }
        }
    }

    public func open(
        _ source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader {
        let archive = try KerasArchive(source, format: Self.name, limits: limits)
        return try HDF5Reader(
            archive.weights, format: Self.name, limits: limits, selection: selection,
            archive: archive)
    }

    public func losses(writing manifest: Manifest) -> [FormatLoss] {
        manifest.variables.map {
            FormatLoss(.values, variable: $0.name, Self.refusal)
        }
    }

    public func create(
        _ sink: any ByteSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        throw FormatError(.unsupportedFeature, format: Self.name, Self.refusal)
    }

    private static let refusal =
        "Whole models of Keras can be read, but not written: Keras loads weights out of .h5 files."
}

import LTFNBytes
import LTFNCheckpoint

/// Files of HDF5: the weights of Keras (`.weights.h5`), its whole models of before `.keras`, and
/// files of anybody else.
///
/// Variables have the paths of the data sets as names.
public struct HDF5Format: SelectiveFormat {
    static let name = HDF5File.format

    public var selection: ReadingSelection

    public init(selection: ReadingSelection = .everything) {
        self.selection = selection
    }

    public var traits: FormatTraits {
        FormatTraits(
            name: Self.name, summary: "HDF5, as Keras and h5py write it",
            fileExtensions: ["h5", "hdf5"], dtypes: [], canWrite: false,
            toleratesTail: true, kernelLayout: .tensorflow)
    }

    public func recognizes(prefix: [UInt8], byteCount: UInt64) -> Bool {
        HDF5Superblock.place(in: prefix) != nil
    }

    public func open(
        _ source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader {
        try HDF5Reader(source, format: Self.name, limits: limits, selection: selection)
    }

    public func losses(writing manifest: Manifest) -> [FormatLoss] { [] }

    public func create(
        _ sink: any ByteSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        throw FormatError(
            .unsupportedFeature, format: Self.name, "HDF5 can be read, but not written.")
    }
}

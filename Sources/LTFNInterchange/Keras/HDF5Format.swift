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
            name: Self.name, summary: "Keras weights and other HDF5 files",
            fileExtensions: ["h5", "hdf5"], dtypes: HDF5Encoder.dtypes,
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

    public func losses(writing manifest: Manifest) -> [FormatLoss] {
        HDF5Losses.losses(writing: manifest)
    }

    public func notes(writing manifest: Manifest) -> [String] {
        HDF5Losses.notes(writing: manifest)
    }

    public func create(
        _ sink: any ByteSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        if let loss = losses(writing: manifest).first(where: { $0.subject == .values }) {
            throw FormatError(
                .notRepresentable, format: Self.name, variable: loss.variable?.string, loss.reason)
        }
        return try HDF5Writer(sink, manifest: manifest, order: writingOrder(of: manifest))
    }
}

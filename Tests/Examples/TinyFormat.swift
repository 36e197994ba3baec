import LTFN

/// Numbers as text, a format that can be read but not written:
///
///     tiny 2
///     weights 2 3
///     1 2 3 4 5 6
///     bias 3
///     0 0 0.5
///
/// The first line says how many variables there are. Each has a line with its name and its shape,
/// and one with its values.
public struct TinyFormat: CheckpointFormat {
    public init() {}

    public var traits: FormatTraits {
        FormatTraits(
            name: "tiny", summary: "Numbers as text", fileExtensions: ["tiny"], dtypes: [.f32],
            canWrite: false)
    }

    public func recognizes(prefix: [UInt8], byteCount: UInt64) -> Bool {
        prefix.starts(with: "tiny ".utf8)
    }

    public func open(
        _ source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader {
        try TinyReader(source, limits)
    }

    public func losses(writing manifest: Manifest) -> [FormatLoss] {
        [FormatLoss(.values, "tiny can be read, but not written.")]
    }

    public func create(
        _ sink: any ByteSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        throw FormatError(
            .unsupportedFeature, format: "tiny", "tiny can be read, but not written.")
    }
}

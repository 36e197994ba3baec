import LTFNBytes
import LTFNCheckpoint

/// Trees of arrays that Flax packs with MessagePack.
public struct FlaxFormat: SelectiveFormat {
    static let name = "flax"

    public var selection: ReadingSelection

    public init(selection: ReadingSelection = .everything) {
        self.selection = selection
    }

    public var traits: FormatTraits {
        FormatTraits(
            name: Self.name, summary: "trees of arrays (MessagePack)",
            fileExtensions: ["msgpack"], dtypes: FlaxArray.allDTypes, canWrite: false,
            kernelLayout: .tensorflow)
    }

    /// A map whose first key is a text, and then a value: little else begins so.
    public func recognizes(prefix: [UInt8], byteCount: UInt64) -> Bool {
        var reader = MessagePackReader(
            WindowedSource(MemorySource(prefix)), 0..<UInt64(prefix.count), format: Self.name)
        guard let head = prefix.first, head > 0x80, Self.beginsMap(head),
            // The pairs of a long map may stand after the prefix.
            (try? reader.skip(head < 0x90 ? 1 : head == 0xDE ? 3 : 5)) != nil,
            case .string(let count)? = try? reader.next(), count > 0,
            let bytes = try? reader.bytes(count),
            let key = String(validating: bytes, as: UTF8.self),
            key.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else { return false }
        let place = Int(reader.position)
        return place < prefix.count && prefix[place] != 0xC1
    }

    private static func beginsMap(_ head: UInt8) -> Bool {
        (0x80..<0x90).contains(head) || head == 0xDE || head == 0xDF
    }

    public func open(
        _ source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader {
        do throws(FormatError) {
            return try PlacedReader(flax: source, limits: limits, selection: selection)
        } catch {
            let head = try source.read(at: 0, byteCount: Int(min(source.byteCount, 1))).first ?? 0
            guard [.corrupt, .truncated].contains(error.code), !Self.beginsMap(head)
            else { throw error }
            throw FormatError(
                .notThisFormat, format: Self.name,
                "This is not a Flax file: it does not begin as a tree of arrays does.")
        }
    }

    public func losses(writing manifest: Manifest) -> [FormatLoss] {
        [FormatLoss(.values, "Files of Flax can be read, but not written.")]
    }

    public func create(
        _ sink: any ByteSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        throw FormatError(
            .unsupportedFeature, format: Self.name, "Files of Flax can be read, but not written.")
    }
}

import LTFNBytes
import LTFNCheckpoint

/// A file of PyTorch that is being written: a zip archive, as `torch.save` writes one.
struct TorchWriter: SequentialWriter {
    private let sink: any ByteSink
    private(set) var sequence: WritingSequence
    private var zip: ZipWriter
    private let record: [UInt8]?
    /// For every variable with values the number of its storage.
    private let keys: [Int: Int]

    /// PyTorch maps files, and wants values at multiples of it.
    private static let alignment = 64
    private static let folder = "archive/"

    /// - Throws: `notRepresentable`, `io`.
    init(_ sink: any ByteSink, manifest: Manifest) throws(FormatError) {
        self.sink = sink
        zip = ZipWriter(sink)
        let pickle = try StateDictPickle(manifest)
        sequence = WritingSequence(manifest: manifest, order: pickle.storages)
        keys = Dictionary(
            uniqueKeysWithValues: pickle.storages.enumerated().map { ($0.element, $0.offset) })
        let strings = EmbeddedManifest.strings(of: manifest)
        record =
            strings.isEmpty
            ? nil
            : Array(
                JSONValue.object(strings.map { JSONMember($0.key, .string($0.value)) })
                    .rendered().utf8)
        try write(TorchArchive.pickleName, pickle.bytes)
        try write("byteorder", Array("little".utf8))
    }

    private mutating func write(_ name: String, _ bytes: [UInt8]) throws(FormatError) {
        try zip.begin(
            Self.folder + name, byteCount: UInt64(bytes.count), crc32: CRC32.checksum(bytes),
            alignment: Self.alignment)
        try sink.write(bytes)
    }

    mutating func write(
        at index: Int, values: (Range<Int>) throws(FormatError) -> AlignedBytes
    ) throws(FormatError) {
        let variable = try sequence.expect(at: index)
        let byteCount = variable.tensor.byteCount
        // The checksum stands before the data, and pipes cannot be wound back: values are read
        // twice.
        var checksum = CRC32()
        try forEachPiece(byteCount: byteCount, of: values) { checksum.update($0) }
        try zip.begin(
            Self.folder + "data/\(keys[index] ?? 0)", byteCount: UInt64(byteCount),
            crc32: checksum.value, alignment: Self.alignment)
        var again = CRC32()
        try forEachPiece(byteCount: byteCount, of: values) { piece throws(FormatError) in
            again.update(piece)
            try sink.write(piece)
        }
        guard again.value == checksum.value else {
            throw FormatError(
                .corrupt, variable: variable.name.string,
                "The values changed while they were written.")
        }
    }

    mutating func finish() throws(FormatError) {
        try sequence.expectEnd()
        try write("version", Array("3\n".utf8))
        if let record { try write(TorchArchive.recordName, record) }
        try zip.finish()
    }
}

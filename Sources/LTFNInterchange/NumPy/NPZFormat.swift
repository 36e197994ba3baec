import LTFNBytes
import LTFNCheckpoint

/// NumPy's archive of arrays: a zip of npy files, stored or deflated.
///
/// A member is called as its variable with `.npy` after it (`NPZMemberName`). Members that are no
/// arrays are refused, or left out by name: nothing is dropped in silence.
public struct NPZFormat: SelectiveFormat {
    static let name = "npz"

    public var selection: ReadingSelection

    public init(selection: ReadingSelection = .everything) {
        self.selection = selection
    }

    public var traits: FormatTraits {
        FormatTraits(
            name: Self.name, summary: "NumPy archive",
            fileExtensions: ["npz"], dtypes: NPYFormat.dtypes, toleratesTail: true)
    }

    public func recognizes(prefix: [UInt8], byteCount: UInt64) -> Bool {
        // An archive without members is the end record alone.
        if byteCount == 22 { return prefix.starts(with: [0x50, 0x4B, 0x05, 0x06]) }
        // Folders come first in an archive that was made of one.
        let names = ZipPrefix.memberNames(in: prefix)
        return names.first { $0.last != UInt8(ascii: "/") }?.suffix(4).elementsEqual(
            NPZMemberName.suffix.utf8) ?? false
    }

    public func open(
        _ source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader {
        try NPZReader(source, limits: limits, selection: selection)
    }

    public func losses(writing manifest: Manifest) -> [FormatLoss] {
        NumPyLosses.losses(writing: manifest, as: Self.name)
            + manifest.variables.compactMap { variable in
                // NumPy looks for a member of exactly this name first, and finds the wrong one.
                let suffix = ".npy"
                guard variable.name.string.hasSuffix(suffix),
                    let short = try? VariableName(String(variable.name.string.dropLast(4))),
                    manifest.index(of: short) != nil
                else { return nil }
                return FormatLoss(
                    .values, variable: variable.name,
                    "NumPy cannot tell it from the member of \"\(short)\".")
            }
    }

    public func notes(writing manifest: Manifest) -> [String] {
        NPZMemberName.note(writing: manifest.variables.map(\.name.string)).map { [$0] } ?? []
    }

    public func writingOrder(of manifest: Manifest) -> [Int] {
        Array(manifest.variables.indices)
    }

    public func create(
        _ sink: any ByteSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        if let loss = losses(writing: manifest).first(where: { $0.subject == .values }) {
            throw FormatError(
                .notRepresentable, format: Self.name, variable: loss.variable?.string, loss.reason)
        }
        return NPZWriter(sink, manifest: manifest, order: writingOrder(of: manifest))
    }
}

/// An npz file that is being written.
private struct NPZWriter: SequentialWriter {
    private let manifest: Manifest
    private let sink: any ByteSink
    private(set) var sequence: WritingSequence
    private var zip: ZipWriter

    init(_ sink: any ByteSink, manifest: Manifest, order: [Int]) {
        self.manifest = manifest
        self.sink = sink
        sequence = WritingSequence(manifest: manifest, order: order)
        zip = ZipWriter(sink)
    }

    mutating func write(
        at index: Int, values: (Range<Int>) throws(FormatError) -> AlignedBytes
    ) throws(FormatError) {
        let variable = try sequence.expect(at: index)
        let (name, byteCount) = (variable.name.string, variable.tensor.byteCount)
        guard let header = NPYHeader.encoded(for: variable.tensor) else {
            throw FormatError(
                .notRepresentable, format: NPZFormat.name, variable: name, "No such array.")
        }
        // The checksum stands before the data, and pipes cannot be wound back: values are read
        // twice.
        var checksum = CRC32()
        checksum.update(header)
        try forEachPiece(byteCount: byteCount, of: values) { checksum.update($0) }
        try zip.begin(
            NPZMemberName.member(of: name), byteCount: UInt64(header.count) + UInt64(byteCount),
            crc32: checksum.value)
        try sink.write(header)
        var again = CRC32()
        again.update(header)
        try forEachPiece(byteCount: byteCount, of: values) { piece throws(FormatError) in
            again.update(piece)
            try sink.write(piece)
        }
        guard again.value == checksum.value else {
            throw FormatError(
                .corrupt, variable: name, "The values changed while they were written.")
        }
    }

    mutating func finish() throws(FormatError) {
        try sequence.expectEnd()
        try zip.finish()
    }
}

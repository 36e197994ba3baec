import LTFNBytes
import LTFNCheckpoint

/// NumPy's format of a single array, versions 1.0 to 3.0.
///
/// The file has no name for its array: it is called `arr_0`, as `numpy.savez` calls it.
public struct NPYFormat: SelectiveFormat {
    static let name = "npy"
    static let variableName = "arr_0"

    public var selection: ReadingSelection

    /// - Parameter selection: of it the index counts: there is one array, which has no name.
    public init(selection: ReadingSelection = .everything) {
        self.selection = selection
    }

    public var traits: FormatTraits {
        FormatTraits(
            name: Self.name, summary: "one NumPy array",
            fileExtensions: ["npy"], dtypes: NPYFormat.dtypes)
    }

    /// The dtypes that NumPy has a descriptor for.
    static let dtypes = Set(DType.allCases.filter { NPYElementType.descriptor(of: $0) != nil })

    public func recognizes(prefix: [UInt8], byteCount: UInt64) -> Bool {
        prefix.starts(with: NPYOutline.magic)
    }

    public func open(
        _ source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader {
        try NPYReader(source, limits: limits, index: selection.arrayIndex)
    }

    public func losses(writing manifest: Manifest) -> [FormatLoss] {
        guard manifest.variables.count == 1 else {
            // What else would be lost is of no interest before one is chosen.
            return [
                FormatLoss(
                    .values,
                    "npy holds one array, not \(manifest.variables.count); npz holds any number.",
                    remedy: .chooseVariables)
            ]
        }
        var losses = NumPyLosses.losses(writing: manifest, as: Self.name)
        if manifest.variables[0].name.string != Self.variableName {
            losses.append(
                FormatLoss(
                    .name, variable: manifest.variables[0].name, replacement: Self.variableName,
                    "npy has no place for it: the array will be read as \(Self.variableName)."))
        }
        return losses
    }

    public func create(
        _ sink: any ByteSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        if let loss = losses(writing: manifest).first(where: { $0.subject == .values }) {
            throw FormatError(
                .notRepresentable, format: Self.name, variable: loss.variable?.string, loss.reason)
        }
        return NPYWriter(sink, manifest: manifest)
    }
}

/// An open npy file.
private struct NPYReader: CheckpointReader {
    let manifest: Manifest
    private let source: any ByteSource
    private let header: NPYHeader
    /// Where the values begin.
    private let start: UInt64
    private let values: NPYValues
    private let limits: DecodingLimits

    init(
        _ source: any ByteSource, limits: DecodingLimits, index: Int?
    ) throws(FormatError) {
        let array = try NPYSeries.array(of: source, at: index, limits: limits)
        let header = try array.outline.header(at: array.offset, limits: limits)
        manifest = try Manifest(variables: [
            VariableInfo(name: VariableName(NPYFormat.variableName), tensor: header.tensor)
        ])
        self.source = source
        self.header = header
        start = array.offset + UInt64(header.byteCount)
        values = NPYValues(header, .random)
        self.limits = limits
    }

    func read(_ index: Int) throws(FormatError) -> TensorData {
        try TensorData(
            info: header.tensor, bytes: read(index, bytes: 0..<header.tensor.byteCount))
    }

    func read(_ index: Int, bytes range: Range<Int>) throws(FormatError) -> AlignedBytes {
        _ = try CheckedSize.limited(range.count, to: limits.tensorByteCount, of: "the array")
        return try values.read(range) { range throws(FormatError) in
            try readAligned(
                source, at: start + UInt64(range.lowerBound), byteCount: range.count)
        }
    }

    func stored(_ index: Int) throws(FormatError) -> StoredValues? {
        guard values.areStoredAsRead else { return nil }
        return StoredValues(source, at: start, byteCount: header.tensor.byteCount)
    }

    func pieceByteCount(_ index: Int) -> Int { values.pieceByteCount }

    func storage(_ index: Int) -> StorageInfo {
        StorageInfo(
            storedByteCount: UInt64(header.tensor.byteCount), codec: "raw",
            layout: header.layout)
    }
}

/// An npy file that is being written.
private struct NPYWriter: SequentialWriter {
    private let sink: any ByteSink
    private(set) var sequence: WritingSequence

    init(_ sink: any ByteSink, manifest: Manifest) {
        self.sink = sink
        sequence = WritingSequence(manifest: manifest, order: [0])
    }

    mutating func write(
        at index: Int, values: (Range<Int>) throws(FormatError) -> AlignedBytes
    ) throws(FormatError) {
        let tensor = try begin(index)
        try forEachPiece(byteCount: tensor.byteCount, of: values) {
            piece throws(FormatError) in try sink.write(piece)
        }
    }

    var copiesStored: Bool { true }

    mutating func copy(
        at index: Int, from stored: StoredValues, observer: (Int) -> Void
    ) throws(FormatError) {
        _ = try begin(index)
        try sink.copy(
            from: stored.source, at: stored.offset, byteCount: stored.byteCount,
            observer: observer)
    }

    /// Writes what stands before the values.
    private mutating func begin(_ index: Int) throws(FormatError) -> TensorInfo {
        let tensor = try sequence.expect(at: index).tensor
        guard let header = NPYHeader.encoded(for: tensor) else {
            throw FormatError(.notRepresentable, format: NPYFormat.name, "No such array.")
        }
        try sink.write(header)
        return tensor
    }

    mutating func finish() throws(FormatError) {
        try sequence.expectEnd()
    }
}

import LTFNBytes
import LTFNCheckpoint

/// A copy of an ONNX model with other values: those of some tensors are replaced, every other byte
/// stays as it is.
public struct ONNXInsertion: CheckpointFormat {
    private let source: any ByteSource
    private let files: any FileSet
    private let model: ONNXReader
    /// What is replaced.
    private let names: Set<VariableName>

    /// The names of the files that the model has values in beside itself; so has the copy.
    public var otherFiles: [String] { model.otherFiles }

    /// - Parameters:
    ///   - files: of the model.
    ///   - manifest: what is written into it.
    /// - Throws: as opening the model.
    public init(
        into files: any FileSet, writing manifest: Manifest, limits: DecodingLimits
    ) throws(FormatError) {
        guard let main = files.main else {
            throw FormatError(
                .notThisFormat, format: ONNXFormat.name,
                "This is a folder; name the model in it, *.onnx.")
        }
        source = main
        self.files = files
        model = try ONNXFormat.reader(main, files, limits: limits, selection: .everything)
        names = Set(manifest.variables.map(\.name))
    }

    public var traits: FormatTraits { ONNXFormat().traits }

    public func recognizes(prefix: [UInt8], byteCount: UInt64) -> Bool {
        ONNXFormat().recognizes(prefix: prefix, byteCount: byteCount)
    }

    public func open(
        _ source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader {
        let whole = try ONNXReader(
            source, CopiedModel(main: source, original: files), limits: limits,
            selection: .everything)
        return BareReader(whole, names: names)
    }

    public func losses(writing manifest: Manifest) -> [FormatLoss] {
        manifest.variables.compactMap { variable in
            obstacle(to: variable).map { FormatLoss(.values, variable: variable.name, $0) }
        }
    }

    /// Why values cannot be written into the model; nil: they can.
    private func obstacle(to variable: VariableInfo) -> String? {
        guard let index = model.manifest.index(of: variable.name) else {
            return "The model has no tensor of this name."
        }
        let tensor = model.manifest.variables[index].tensor
        guard tensor == variable.tensor else {
            return "The model has it as \(tensor.dtype.rawValue) \(tensor.shape), not as "
                + "\(variable.tensor.dtype.rawValue) \(variable.tensor.shape)."
        }
        switch model.place(index) {
        case .model: return nil
        case .file(let name):
            return "The model keeps its values in \"\(name.prefix(200))\"; only values that are in "
                + "the model itself are replaced."
        case .numbers:
            return "The model stores these values as numbers of varying length; only raw_data can "
                + "be replaced."
        }
    }

    public func notes(writing manifest: Manifest) -> [String] {
        let kept = model.manifest.variables.filter { manifest.index(of: $0.name) == nil }
        guard !kept.isEmpty else { return [] }
        let list = kept.prefix(5).map { "\"\($0.name)\"" }.joined(separator: ", ")
        let rest = kept.count > 5 ? " and \(NumberText.grouped(kept.count - 5)) more" : ""
        let verb = kept.count == 1 ? "keeps its" : "keep their"
        var notes = [
            "\(NumberText.counted(kept.count, "tensor")) of the model \(verb) values: \(list)\(rest)."
        ]
        if let first = otherFiles.first {
            let more = otherFiles.count > 1 ? " and \(otherFiles.count - 1) more" : ""
            notes.append(
                "The copy has values in other files, as the model has, and is to stand beside them: "
                    + "\"\(first.prefix(200))\"\(more).")
        }
        return notes
    }

    public func writingOrder(of manifest: Manifest) -> [Int] {
        manifest.variables.indices.sorted { left, right in
            offset(of: manifest.variables[left]) < offset(of: manifest.variables[right])
        }
    }

    /// Where in the model the values of a variable begin.
    private func offset(of variable: VariableInfo) -> UInt64 {
        guard let index = model.manifest.index(of: variable.name),
            case .model(let offset) = model.place(index)
        else { return .max }
        return offset
    }

    public func create(
        _ sink: any ByteSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        if let loss = losses(writing: manifest).first {
            throw FormatError(
                .notRepresentable, format: ONNXFormat.name, variable: loss.variable?.string,
                loss.reason)
        }
        return Writer(
            sink: sink, source: source,
            sequence: WritingSequence(manifest: manifest, order: writingOrder(of: manifest)),
            offsets: manifest.variables.map(offset))
    }

    /// The copy, which finds its other files where the model has them.
    private struct CopiedModel: FileSet {
        let main: (any ByteSource)?
        let original: any FileSet

        var name: String { original.name }

        func names() throws(FormatError) -> [String] { try original.names() }

        func file(_ name: String) throws(FormatError) -> any ByteSource {
            try original.file(name)
        }
    }

    /// Copies the model, and writes values in the place of others.
    private struct Writer: SequentialWriter {
        let sink: any ByteSink
        let source: any ByteSource
        var sequence: WritingSequence
        let offsets: [UInt64]
        /// Of the next byte of the model.
        private var position: UInt64 = 0

        init(
            sink: any ByteSink, source: any ByteSource, sequence: WritingSequence,
            offsets: [UInt64]
        ) {
            self.sink = sink
            self.source = source
            self.sequence = sequence
            self.offsets = offsets
        }

        mutating func write(
            at index: Int, values: (Range<Int>) throws(FormatError) -> AlignedBytes
        ) throws(FormatError) {
            let byteCount = try sequence.expect(at: index).tensor.byteCount
            // Without values there is no place for them.
            guard byteCount > 0 else { return }
            try copy(to: offsets[index])
            try forEachPiece(byteCount: byteCount, of: values) {
                piece throws(FormatError) in try sink.write(piece)
            }
            position += UInt64(byteCount)
        }

        mutating func finish() throws(FormatError) {
            try sequence.expectEnd()
            try copy(to: source.byteCount)
        }

        /// Copies the model up to a byte.
        private mutating func copy(to end: UInt64) throws(FormatError) {
            guard end >= position else {
                throw FormatError(
                    .corrupt, format: ONNXFormat.name, offset: end,
                    "Two tensors of the model have the same bytes as their values.")
            }
            try forEachPiece(of: source, at: position, byteCount: Int(end - position)) {
                piece throws(FormatError) in try sink.write(piece)
            }
            position = end
        }
    }
}

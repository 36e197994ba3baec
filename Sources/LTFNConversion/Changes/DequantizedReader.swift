import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange

/// An open checkpoint whose blocks of quantized values come out as float32.
struct DequantizedReader: CheckpointReader {
    let manifest: Manifest
    /// What is dequantized in one sentence; nil: nothing is.
    let announcement: String?
    /// That some have blocks that cannot be decoded.
    let problem: ChangeProblem?
    private let reader: any CheckpointReader
    /// For every variable what decodes it; nil: it is as it stands.
    private let decoders: [BlockDecoder?]

    private static let pieceElementCount = 1 << 20

    /// - Throws: `limitExceeded` when the elements are too many.
    init(_ reader: any CheckpointReader) throws(FormatError) {
        self.reader = reader
        var (variables, decoders) = (reader.manifest.variables, [BlockDecoder?]())
        var undecodable: [VariableInfo] = []
        var counts: [BlockType: Int] = [:]
        for (index, variable) in variables.enumerated() {
            guard let blocks = variable.blocks else {
                decoders.append(nil)
                continue
            }
            let decoder = BlockDecoder(blocks.type)
            decoders.append(decoder)
            if decoder == nil {
                undecodable.append(variable)
            } else {
                variables[index] = try variable.unpacked(blocks, as: .f32)
                counts[blocks.type, default: 0] += 1
            }
        }
        self.decoders = decoders
        problem =
            undecodable.isEmpty
            ? nil : ChangeProblem(Self.sentence(undecodable))
        announcement = Self.announcement(counts)
        manifest = Manifest(
            checked: variables, metadata: reader.manifest.metadata, graph: reader.manifest.graph)
    }

    private static func sentence(_ variables: [VariableInfo]) -> String {
        "\(BlockLosses.names(variables)) cannot be dequantized: "
            + "\(BlockLosses.types(variables)) cannot be decoded."
    }

    private static func announcement(_ counts: [BlockType: Int]) -> String? {
        if counts.isEmpty { return nil }
        let types = counts.keys.map(\.rawValue).sorted().joined(separator: ", ")
        let count = counts.values.reduce(0, +)
        return "Dequantized to float32: \(NumberText.counted(count, "variable")) (\(types))."
    }

    var losses: [FormatLoss] { reader.losses }
    var notes: [String] { reader.notes }
    var valueProof: ValueProof { reader.valueProof }
    var otherByteCount: UInt64 { reader.otherByteCount }
    var baseByteCount: UInt64 { reader.baseByteCount }

    func expectBases() throws(FormatError) { try reader.expectBases() }

    func read(_ index: Int) throws(FormatError) -> TensorData {
        if decoders[index] == nil { return try reader.read(index) }
        let info = manifest.variables[index].tensor
        return try TensorData(info: info, bytes: read(index, bytes: 0..<info.byteCount))
    }

    func read(_ index: Int, bytes range: Range<Int>) throws(FormatError) -> AlignedBytes {
        guard let decoder = decoders[index] else {
            return try reader.read(index, bytes: range)
        }
        let (packed, unpacked) = (decoder.type.byteCount, 4 * decoder.type.elementCount)
        let first = range.lowerBound / unpacked
        let last = range.upperBound / unpacked + (range.upperBound % unpacked > 0 ? 1 : 0)
        let blocks = try reader.read(index, bytes: first * packed..<last * packed)
        let values = try decoder.decode(blocks)
        if range.count == values.byteCount { return values }
        try AvailableMemory.expect(range.count)
        let start = range.lowerBound - first * unpacked
        return AlignedBytes(copying: values.bytes.extracting(start..<start + range.count))
    }

    func stored(_ index: Int) throws(FormatError) -> StoredValues? {
        decoders[index] == nil ? try reader.stored(index) : nil
    }

    func map(_ index: Int) throws(FormatError) -> MappedBytes? {
        decoders[index] == nil ? try reader.map(index) : nil
    }

    func pieceByteCount(_ index: Int) -> Int {
        // Whole blocks of every type.
        decoders[index] == nil ? reader.pieceByteCount(index) : 4 * Self.pieceElementCount
    }

    func verify(_ index: Int) throws(FormatError) -> SHA256Digest {
        if decoders[index] == nil { return try reader.verify(index) }
        var values = ValueStream(self, index)
        return try values.finish()
    }

    func check(_ digest: SHA256Digest, of index: Int) throws(FormatError) {
        if decoders[index] == nil { return try reader.check(digest, of: index) }
        // The file says of its blocks what their digest is.
        if reader.valueProof != .none { _ = try reader.verify(index) }
    }

    func storage(_ index: Int) -> StorageInfo { reader.storage(index) }
}

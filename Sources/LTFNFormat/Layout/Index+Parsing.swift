import LTFNBytes
import LTFNCheckpoint

extension Index {
    /// The numbers at the front of an index.
    private struct Head {
        var contentDigest: SHA256Digest
        var variableCount: Int
        var chunkCount: Int
        var metadataByteCount: Int
        var graphByteCount: Int
        var variablesByteCount: Int
        var baseCount: Int
        var retiredCount: Int
    }

    /// An index with the digest of the content that it describes.
    package struct Parsed: Sendable {
        package var index: Index
        package var contentDigest: SHA256Digest
        /// Where the index ends in the file.
        var endOffset: UInt64
    }

    /// Reads an index and checks all that can be checked without the chunks' bytes.
    ///
    /// - Parameter bytes: the whole index, which stands at `offset` in the file.
    package static func parse(
        _ bytes: [UInt8], at offset: UInt64, limits: DecodingLimits
    ) throws(FormatError) -> Parsed {
        var reader = RecordReader(bytes, at: offset)
        let head = try readHead(from: &reader, byteCount: bytes.count, limits: limits)
        let metadataStart = headByteCount
        var section = try reader.section(byteCount: head.metadataByteCount)
        let metadata = try MetadataLayout.read(from: &section)
        try section.expectEnd(of: "metadata")
        var graph: ModelGraph?
        if head.graphByteCount > 0 {
            section = try reader.section(byteCount: head.graphByteCount)
            graph = try GraphLayout.read(from: &section)
            try section.expectEnd(of: "graph")
        }
        let graphStart = metadataStart + head.metadataByteCount
        let content = try ContentDigest(
            metadata: bytes[metadataStart..<graphStart],
            graph: bytes[graphStart..<graphStart + head.graphByteCount],
            variableCount: head.variableCount)
        let basesOffset = reader.offset
        let bases = try readBases(from: &reader, count: head.baseCount)
        let retired = try readRetired(from: &reader, count: head.retiredCount, before: offset)
        section = try reader.section(byteCount: head.variablesByteCount)
        var variables = VariablesParser(
            bytes: bytes, indexOffset: offset, content: content, baseCount: bases.count)
        try variables.read(from: &section, count: head.variableCount, limits: limits)
        guard variables.chunkCount == head.chunkCount else {
            throw reader.broken(
                "LTFN-X7", at: offset + 48,
                "The chunk count is \(head.chunkCount), the variables have "
                    + "\(variables.chunkCount) chunks.")
        }
        let chunkTableOffset = reader.offset
        var index = Index(
            manifest: Manifest(checked: variables.infos, metadata: metadata, graph: graph),
            digests: variables.digests, storages: variables.storages, chunks: [], bases: bases,
            retired: retired)
        try index.readChunks(from: &reader, count: head.chunkCount, indexOffset: offset)
        try index.checkReferences(tableOffset: chunkTableOffset)
        guard variables.content.finalize() == head.contentDigest else {
            throw reader.broken(
                "LTFN-X5", at: offset + 8, "The content digest is not that of the content.")
        }
        try index.checkBases(at: basesOffset)
        return Parsed(
            index: index, contentDigest: head.contentDigest, endOffset: reader.offset)
    }

    private static func readHead(
        from reader: inout RecordReader, byteCount: Int, limits: DecodingLimits
    ) throws(FormatError) -> Head {
        let start = reader.offset
        guard try reader.bytes(magic.count) == magic else {
            throw reader.broken(
                "LTFN-X2", at: start, "The index does not begin with its magic.")
        }
        let digest = try reader.digest()
        var counts: [UInt64] = []
        for _ in 0..<5 { counts.append(try reader.u64()) }
        let baseCount = UInt64(try reader.u32())
        let retiredCount = UInt64(try reader.u32())
        guard total(counts, baseCount, retiredCount) == UInt64(byteCount),
            counts[0] <= counts[4] / UInt64(VariableLayout.minimumByteCount)
        else {
            throw reader.broken(
                "LTFN-X3", at: start,
                "The sections of the index do not add up to its \(byteCount) bytes.")
        }
        guard counts[0] <= UInt64(max(0, limits.variableCount)) else {
            throw reader.broken(
                "LTFN-X8", .limitExceeded, at: start + 40,
                "The file has \(counts[0]) variables, the limit is \(limits.variableCount).")
        }
        // Each is below the byte count of the index, which is an Int.
        return Head(
            contentDigest: digest, variableCount: Int(counts[0]), chunkCount: Int(counts[1]),
            metadataByteCount: Int(counts[2]), graphByteCount: Int(counts[3]),
            variablesByteCount: Int(counts[4]), baseCount: Int(baseCount),
            retiredCount: Int(retiredCount))
    }

    /// What the sections add up to; nil when that has no number.
    private static func total(
        _ counts: [UInt64], _ baseCount: UInt64, _ retiredCount: UInt64
    ) -> UInt64? {
        sum([
            UInt64(headByteCount), counts[2], counts[3], product(baseCount, 32),
            product(retiredCount, UInt64(RetiredRegion.byteCount)), counts[4],
            product(counts[1], UInt64(ChunkRecord.byteCount)),
        ])
    }

    /// The byte count of the index that begins with `head` (88 bytes), or nil when it has no Int.
    static func byteCount(head: [UInt8]) -> Int? {
        var reader = ByteReader(head)
        do {
            try reader.skip(40)
            var counts: [UInt64] = []
            for _ in 0..<5 { counts.append(try reader.u64()) }
            let baseCount = UInt64(try reader.u32())
            return total(counts, baseCount, UInt64(try reader.u32())).flatMap { Int(exactly: $0) }
        } catch {
            return nil
        }
    }

    private static func product(_ a: UInt64, _ b: UInt64) -> UInt64? {
        let (product, overflow) = a.multipliedReportingOverflow(by: b)
        return overflow ? nil : product
    }

    private static func sum(_ terms: [UInt64?]) -> UInt64? {
        var total: UInt64 = 0
        for term in terms {
            guard let term else { return nil }
            let (next, overflow) = total.addingReportingOverflow(term)
            if overflow { return nil }
            total = next
        }
        return total
    }

    private static func readBases(
        from reader: inout RecordReader, count: Int
    ) throws(FormatError) -> [SHA256Digest] {
        var bases: [SHA256Digest] = []
        for _ in 0..<count {
            let start = reader.offset
            let base = try reader.digest()
            if let last = bases.last, !last.bytes.lexicographicallyPrecedes(base.bytes) {
                throw reader.broken(
                    "LTFN-X6", at: start, "The bases are not in ascending order.")
            }
            bases.append(base)
        }
        return bases
    }

    private static func readRetired(
        from reader: inout RecordReader, count: Int, before indexOffset: UInt64
    ) throws(FormatError) -> [RetiredRegion] {
        var regions: [RetiredRegion] = []
        for _ in 0..<count {
            regions.append(
                try RetiredRegion.read(from: &reader, after: regions.last, before: indexOffset))
        }
        return regions
    }

    /// Every base is used.
    private func checkBases(at offset: UInt64) throws(FormatError) {
        guard !bases.isEmpty else { return }
        var used = Array(repeating: false, count: bases.count)
        for case .base(let number) in storages { used[Int(number)] = true }
        for chunk in chunks where chunk.codec.usesBase && Int(chunk.base) < used.count {
            used[Int(chunk.base)] = true
        }
        if let unused = used.firstIndex(of: false) {
            throw FormatError(
                .corrupt, format: NativeFormat.formatName, rule: "LTFN-X6",
                offset: offset + UInt64(unused) * 32, "Base \(unused) is not used.")
        }
    }
}

/// Gathers the variables of an index.
private struct VariablesParser {
    let bytes: [UInt8]
    let indexOffset: UInt64
    var content: ContentDigest
    let baseCount: Int
    var infos: [VariableInfo] = []
    var digests: [UInt8] = []
    var storages: [VariableStorage] = []
    var chunkCount = 0
    private var ties: [(variable: Int, target: UInt64, offset: UInt64)] = []

    init(bytes: [UInt8], indexOffset: UInt64, content: ContentDigest, baseCount: Int) {
        self.bytes = bytes
        self.indexOffset = indexOffset
        self.content = content
        self.baseCount = baseCount
    }

    mutating func read(
        from reader: inout RecordReader, count: Int, limits: DecodingLimits
    ) throws(FormatError) {
        try AvailableMemory.expect(
            CheckedSize.product(
                of: [
                    count,
                    32 + MemoryLayout<VariableInfo>.stride + MemoryLayout<VariableStorage>.stride,
                ], as: "the variables"))
        infos.reserveCapacity(count)
        storages.reserveCapacity(count)
        var lastName: Range<Int>?
        var lastTensor: (info: TensorInfo, range: Range<Int>)?
        digests.reserveCapacity(count * 32)
        for number in 0..<count {
            let start = Int(reader.offset - indexOffset)
            let record = try VariableLayout.read(
                from: &reader, after: lastName, like: lastTensor, baseCount: baseCount,
                limits: limits)
            lastName = record.name
            lastTensor = (record.info.tensor, record.tensor)
            content.update(bytes[start..<start + record.contentByteCount])
            if let target = record.target {
                ties.append((number, target.number, target.offset))
            }
            if let digest = record.digest {
                digests.append(contentsOf: bytes[digest])
            } else {
                digests.append(contentsOf: repeatElement(0, count: 32))
            }
            storages.append(place(record))
            infos.append(record.info)
        }
        try reader.expectEnd(of: "variables")
        for tie in ties { try resolve(tie, reader) }
    }

    /// Gives a variable its place in the chunk table.
    private mutating func place(_ record: VariableLayout.Record) -> VariableStorage {
        guard case .chunks(let exponent, _) = record.storage else { return record.storage }
        let own = ChunkGrid(
            byteCount: record.info.tensor.byteCount, exponent: exponent
        ).count
        let (total, overflow) = chunkCount.addingReportingOverflow(own)
        // No file has as many: the sum is compared when all variables are known.
        defer { chunkCount = overflow ? .max : total }
        return .chunks(exponent: exponent, first: chunkCount)
    }

    private mutating func resolve(
        _ tie: (variable: Int, target: UInt64, offset: UInt64), _ reader: RecordReader
    ) throws(FormatError) {
        guard let target = Int(exactly: tie.target), target < infos.count,
            storages[target] != .tied, infos[target].tensor == infos[tie.variable].tensor
        else {
            throw reader.broken(
                "LTFN-V7", at: tie.offset,
                "The variable is tied to number \(tie.target), which does not exist, is itself "
                    + "tied, or has another dtype or shape."
            ).naming(infos[tie.variable].name.string)
        }
        infos[tie.variable].tiedTo = infos[target].name
    }
}

import LTFNBytes
import LTFNCheckpoint

/// A checkpoint of TensorFlow that is being written: the files of values, then the index.
struct TensorFlowWriter: SequentialWriter {
    private let files: any FileSetSink
    private let manifest: Manifest
    private let plan: ShardPlan
    private(set) var sequence: WritingSequence
    private var entries: [BundleEntry] = []
    private var shard = 0
    private var sink: any ByteSink
    /// How many variables the file that is being written still waits for.
    private var remaining: Int

    init(
        _ files: any FileSetSink, _ manifest: Manifest, _ plan: ShardPlan
    ) throws(FormatError) {
        self.files = files
        self.manifest = manifest
        self.plan = plan
        sequence = WritingSequence(
            manifest: manifest, order: Array(manifest.variables.indices))
        entries.reserveCapacity(manifest.variables.count)
        sink = try Self.sink(files, plan, 0)
        remaining = plan.shards[0].count
    }

    private static func sink(
        _ files: any FileSetSink, _ plan: ShardPlan, _ shard: Int
    ) throws(FormatError) -> any ByteSink {
        try files.file(
            BundleNames.data(
                BundleNames.prefix(ofIndex: files.name), shard, of: plan.shards.count))
    }

    mutating func write(
        at index: Int, values: (Range<Int>) throws(FormatError) -> AlignedBytes
    ) throws(FormatError) {
        let tensor = try sequence.expect(at: index).tensor
        if remaining == 0, shard + 1 < plan.shards.count {
            shard += 1
            sink = try Self.sink(files, plan, shard)
            remaining = plan.shards[shard].count
        }
        remaining -= 1
        var entry = BundleEntry()
        entry.dtype = TensorFlowElementType.number(of: tensor.dtype) ?? 0
        entry.shape = tensor.shape.dimensions
        entry.shard = shard
        entry.offset = sink.position
        entry.byteCount = UInt64(tensor.byteCount)
        var checksum = CRC32C()
        try forEachPiece(byteCount: tensor.byteCount, of: values) { piece throws(FormatError) in
            checksum.update(piece)
            try sink.write(piece)
        }
        entry.checksum = checksum.masked
        entries.append(entry)
    }

    mutating func finish() throws(FormatError) {
        try sequence.expectEnd()
        var header = BundleHeader()
        header.shardCount = plan.shards.count
        header.strings = EmbeddedManifest.strings(of: manifest).map {
            JSONMember($0.key, .string($0.value))
        }
        var rows = zip(manifest.variables, entries).map { (name: $0.name, entry: $1) }
        if let graph = ObjectGraph(manifest.variables.map(\.name)) {
            let name = try VariableName(BundleIndex.objectGraphKey)
            let place = rows.firstIndex { name < $0.name } ?? rows.count
            rows.insert((name, try write(text: graph.bytes)), at: place)
        }
        var table = SortedTableWriter(files.main)
        try table.add([], header.bytes)
        for row in rows { try table.add(Array(row.name.string.utf8), row.entry.bytes) }
        try table.finish()
    }

    /// Writes a tensor of one text: its length, the checksum of that, and the bytes.
    private func write(text: [UInt8]) throws(FormatError) -> BundleEntry {
        var (number, stored) = (ByteWriter(), ByteWriter())
        if let length = UInt32(exactly: text.count) {
            number.u32(length)
        } else {
            number.u64(UInt64(text.count))
        }
        stored.u32(CRC32C.masked(number.bytes))
        let length = [UInt8](varint: UInt64(text.count))
        var entry = BundleEntry()
        entry.dtype = TensorFlowElementType.textNumber
        entry.shard = shard
        entry.offset = sink.position
        entry.byteCount = UInt64(length.count + stored.count + text.count)
        // The checksum of the whole is of the length as a number, not as it stands there.
        entry.checksum = CRC32C.masked(number.bytes + stored.bytes + text)
        try sink.write(length + stored.bytes + text)
        return entry
    }
}

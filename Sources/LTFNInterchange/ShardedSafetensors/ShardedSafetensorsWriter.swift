import LTFNBytes
import LTFNCheckpoint

/// A set of safetensors files that is being written: one file after the other, then the index.
struct ShardedSafetensorsWriter: SequentialWriter {
    private let files: any FileSetSink
    private let manifest: Manifest
    private let plan: ShardPlan
    private let alignment: Int
    /// What the index says beside the files.
    private let metadata: [(key: String, value: String)]
    private(set) var sequence: WritingSequence
    private var shard = 0
    private var writer: SafetensorsWriter
    /// How many variables the file that is being written still waits for.
    private var remaining: Int
    /// For every variable its position among those of its file.
    private let positions: [Int]

    init(
        _ files: any FileSetSink, _ manifest: Manifest, _ plan: ShardPlan, alignment: Int
    ) throws(FormatError) {
        self.files = files
        self.manifest = manifest
        self.plan = plan
        self.alignment = alignment
        metadata = EmbeddedManifest.strings(of: manifest)
        sequence = WritingSequence(
            manifest: manifest,
            order: plan.shards.flatMap { SafetensorsFormat.order($0, of: manifest) })
        var positions = [Int](repeating: 0, count: manifest.variables.count)
        for shard in plan.shards {
            for (position, index) in shard.enumerated() { positions[index] = position }
        }
        self.positions = positions
        writer = try Self.writer(files, manifest, plan, 0, metadata, alignment)
        remaining = plan.shards[0].count
    }

    /// Begins a file of the set.
    private static func writer(
        _ files: any FileSetSink, _ manifest: Manifest, _ plan: ShardPlan, _ shard: Int,
        _ metadata: [(key: String, value: String)], _ alignment: Int
    ) throws(FormatError) -> SafetensorsWriter {
        // What is said beside the values stands in the index; strings, such as {"format": "pt"}, in
        // every file as well, where programs look for them.
        let part = try Manifest(
            variables: plan.shards[shard].map {
                VariableInfo(
                    name: manifest.variables[$0].name, tensor: manifest.variables[$0].tensor)
            }, metadata: manifest.metadata.strings)
        let sink = try files.file(plan.fileName(shard, index: files.name))
        return try SafetensorsWriter(
            sink, manifest: part, order: SafetensorsFormat().writingOrder(of: part),
            alignment: alignment,
            isPart: metadata.contains { $0.key == EmbeddedManifest.key })
    }

    mutating func write(
        at index: Int, values: (Range<Int>) throws(FormatError) -> AlignedBytes
    ) throws(FormatError) {
        try begin(index)
        try writer.write(at: positions[index], values: values)
        remaining -= 1
    }

    var copiesStored: Bool { true }

    mutating func copy(
        at index: Int, from stored: StoredValues, observer: (Int) -> Void
    ) throws(FormatError) {
        try begin(index)
        try writer.copy(at: positions[index], from: stored, observer: observer)
        remaining -= 1
    }

    /// Goes on to the next file where the last one is complete.
    private mutating func begin(_ index: Int) throws(FormatError) {
        _ = try sequence.expect(at: index)
        guard remaining == 0 else { return }
        try writer.finish()
        shard += 1
        writer = try Self.writer(files, manifest, plan, shard, metadata, alignment)
        remaining = plan.shards[shard].count
    }

    mutating func finish() throws(FormatError) {
        try sequence.expectEnd()
        try writer.finish()
        var map: [VariableName: String] = [:]
        var total: UInt64 = 0
        for (shard, members) in plan.shards.enumerated() {
            let name = plan.fileName(shard, index: files.name)
            for index in members {
                map[manifest.variables[index].name] = name
                total = CheckedSize.total(total, UInt64(manifest.variables[index].tensor.byteCount))
            }
        }
        var members = metadata.map { JSONMember($0.key, .string($0.value)) }
        members.append(JSONMember("total_size", .number(total)))
        try files.main.write(Array(ShardIndex(files: map, metadata: members).text.utf8))
    }
}

extension Metadata {
    /// Those that are strings, less the key that `EmbeddedManifest` takes.
    fileprivate var strings: Metadata {
        var strings = Metadata()
        for entry in entries where entry.key.string != EmbeddedManifest.key {
            if case .string = entry.value { strings[entry.key.string] = entry.value }
        }
        return strings
    }
}

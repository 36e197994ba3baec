import LTFNBytes
import LTFNCheckpoint

/// What the index of a checkpoint says: its variables, and what else is in it.
struct BundleIndex {
    /// A variable whose values can be read.
    struct Variable {
        var name: VariableName
        var tensor: TensorInfo
        /// All of its values; none for a variable in slices.
        var entry: BundleEntry
        var slices: [Slice] = []
    }

    /// A part of a variable.
    struct Slice {
        var entry: BundleEntry
        var box: TensorBox
    }

    private(set) var header = BundleHeader()
    private(set) var variables: [Variable] = []
    /// Texts of one element, by their names.
    private(set) var texts: [(name: String, entry: BundleEntry)] = []
    private(set) var losses: [FormatLoss] = []
    private(set) var leftOut: Set<ByteString> = []
    private(set) var notes: [String] = []
    private(set) var unreadable: UnreadableParts

    /// The graph of objects that `tf.train.Checkpoint` keeps.
    static let objectGraphKey = "_CHECKPOINTABLE_OBJECT_GRAPH"

    /// - Throws: `truncated`, `corrupt`, `checksumMismatch`, `unsupportedFeature`,
    ///   `unsupportedVersion`, `limitExceeded`, `io`.
    init(
        _ source: any ByteSource, limits: DecodingLimits, selection: ReadingSelection
    ) throws(FormatError) {
        unreadable = UnreadableParts(selection, kind: "tensor")
        let table = try SortedTable(source, format: TensorFlowFormat.name, limits: limits)
        var content = BundleContent()
        try table.forEachEntry { key, value throws(FormatError) in
            try content.add(key, value, limits)
        }
        guard let header = content.header else {
            throw FormatError(
                .notThisFormat, format: TensorFlowFormat.name,
                "The table has no header under the empty key: it is no checkpoint of TensorFlow.")
        }
        self.header = header
        try sort(content, selection)
    }

    private mutating func sort(
        _ content: BundleContent, _ selection: ReadingSelection
    ) throws(FormatError) {
        var content = content
        var names = ForeignNames(content.tensors.map(\.name))
        var remains = BundleRemains()
        for (name, entry) in content.tensors {
            do throws(FormatError) {
                switch TensorFlowElementType(number: entry.dtype) {
                case .values(let dtype):
                    let slices = try content.slices(of: name, entry)
                    variables.append(
                        Variable(
                            name: try names.variableName(name, format: TensorFlowFormat.name),
                            tensor: try entry.tensor(dtype), entry: entry, slices: slices))
                    continue
                case .text where name == Self.objectGraphKey: remains.hasObjectGraph = true
                case .text where entry.shape.isEmpty && entry.slices.isEmpty:
                    texts.append((name, entry))
                    continue
                case .text: remains.add(text: name)
                case .object: remains.add(object: name)
                case .unreadable(let dtype):
                    throw BundleEntry.error(
                        .unsupportedFeature, "The dtype \(dtype) cannot be read.")
                }
                leftOut.insert(ByteString(name))
            } catch {
                let error = error.named(TensorFlowFormat.name, variable: String(name.prefix(100)))
                guard error.code == .unsupportedFeature else { throw error }
                leftOut.insert(ByteString(name))
                if selection.includes(name) { unreadable.add(error, named: name) }
            }
        }
        remains.sliceCount = content.sliceCount
        losses = names.losses
        notes = remains.notes
    }
}

/// The entries of an index.
private struct BundleContent {
    private(set) var header: BundleHeader?
    private(set) var tensors: [(name: String, entry: BundleEntry)] = []
    /// Parts of variables, by keys that are no names.
    private var slices: [[UInt8]: BundleEntry] = [:]
    private var tally = AvailableMemory.Tally()

    /// How many slices no variable has asked for.
    var sliceCount: Int { slices.count }

    mutating func add(
        _ key: [UInt8], _ value: [UInt8], _ limits: DecodingLimits
    ) throws(FormatError) {
        guard let header else {
            guard key.isEmpty else {
                throw FormatError(
                    .notThisFormat, format: TensorFlowFormat.name,
                    "The table has no header under the empty key: it is no checkpoint of "
                        + "TensorFlow.")
            }
            header = try BundleHeader(value, limits: limits)
            return
        }
        guard tensors.count + slices.count < limits.variableCount else {
            throw FormatError(
                .limitExceeded, format: TensorFlowFormat.name,
                "The index names more than the \(limits.variableCount) tensors that are allowed.")
        }
        try tally.add(2 * key.count + value.count + MemoryLayout<BundleEntry>.size)
        let name = Self.name(key)
        let entry: BundleEntry
        do throws(FormatError) {
            entry = try BundleEntry(value, header, limits: limits)
        } catch {
            var error = error.named(TensorFlowFormat.name, variable: String(name.prefix(100)))
            error.offset = nil
            throw error
        }
        if key[0] == 0 {
            slices[key] = entry
        } else {
            try tensors.makeRoomForOne()
            tensors.append((name, entry))
        }
    }

    /// Keys are UTF-8; bytes that are not stand as `%FF`.
    private static func name(_ key: [UInt8]) -> String {
        if let name = String(validating: key, as: UTF8.self) { return name }
        return key.map { byte in
            byte < 0x80
                ? String(UnicodeScalar(byte)) : "%" + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    /// Takes the slices of a variable out.
    mutating func slices(
        of name: String, _ entry: BundleEntry
    ) throws(FormatError) -> [BundleIndex.Slice] {
        guard !entry.slices.isEmpty else { return [] }
        let shape = try TensorShape(entry.shape)
        var found: [BundleIndex.Slice] = []
        found.reserveCapacity(entry.slices.count)
        for slice in entry.slices {
            let box = try slice.box(in: shape.dimensions)
            guard let part = slices.removeValue(forKey: slice.key(of: Array(name.utf8))) else {
                throw BundleEntry.error(
                    .corrupt,
                    "Its slice from \(box.starts) on, of \(box.lengths), is not in the index.")
            }
            guard part.dtype == entry.dtype, part.shape == box.lengths, part.slices.isEmpty else {
                throw BundleEntry.error(
                    .corrupt,
                    "Its slice from \(box.starts) on is \(part.shape) of dtype \(part.dtype); expected "
                        + "\(box.lengths) of dtype \(entry.dtype).")
            }
            if case .values(let dtype) = TensorFlowElementType(number: part.dtype) {
                _ = try part.tensor(dtype)
            }
            found.append(BundleIndex.Slice(entry: part, box: box))
        }
        guard try TensorBox.cover(found.map(\.box), shape.dimensions) else {
            throw BundleEntry.error(
                .corrupt,
                "Its \(found.count) slices overlap or leave holes; expected every element in one.")
        }
        return found
    }
}

/// What is in a checkpoint and is no tensor of numbers.
private struct BundleRemains {
    var hasObjectGraph = false
    var sliceCount = 0
    private var texts: (first: String, count: Int)?
    private var objects: (first: String, count: Int)?

    mutating func add(text name: String) { texts = (texts?.first ?? name, (texts?.count ?? 0) + 1) }

    mutating func add(object name: String) {
        objects = (objects?.first ?? name, (objects?.count ?? 0) + 1)
    }

    var notes: [String] {
        var parts: [String] = []
        if hasObjectGraph { parts.append("the object graph") }
        if let texts {
            parts.append(
                "\(NumberText.counted(texts.count, "tensor")) of text ("
                    + (texts.count > 1 ? "first: " : "") + "\"\(texts.first.prefix(80))\")")
        }
        if let objects {
            parts.append(
                "\(NumberText.counted(objects.count, "object")) ("
                    + (objects.count > 1 ? "first: " : "") + "\"\(objects.first.prefix(80))\")")
        }
        if sliceCount > 0 {
            parts.append("\(NumberText.counted(sliceCount, "slice")) of no variable")
        }
        return parts.isEmpty ? [] : [LeftOutNote.text(parts)]
    }
}

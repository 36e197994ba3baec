import LTFNBytes
import LTFNCheckpoint

/// The plain values of a pickle that stand beside its tensors, as many as metadata are for.
struct TorchMetadata {
    private(set) var entries: [(key: String, value: MetadataValue)] = []
    /// What came when there was no more room.
    private(set) var surplus = TorchRemainder()
    private var bytesLeft = Self.byteLimit

    private static let countLimit = 65_536
    private static let byteLimit = 4 << 20

    /// Whether nothing more is taken, and the first that was not is known.
    var isFull: Bool { entries.count >= Self.countLimit && surplus.count > 0 }

    /// Takes a value that is plain, or counts it when there is no room for it.
    mutating func add(_ number: Int, of pickle: TorchPickle, named name: String) {
        let byteCount = name.utf8.count + Self.byteCount(number, pickle)
        guard entries.count < Self.countLimit, byteCount <= bytesLeft,
            let value = Self.value(number, pickle)
        else { return surplus.add(name, pickle.graph[number].kind) }
        bytesLeft -= byteCount
        entries.append((name, value))
    }

    /// Counts a value for which there is no room.
    mutating func pass(_ node: PickleNode) { surplus.add("", node.kind) }

    /// What is left out, in a sentence.
    var note: String? {
        guard surplus.count > 0 else { return nil }
        let verb = surplus.count == 1 ? "is" : "are"
        return "\(NumberText.counted(surplus.count, "plain value")) of the pickle (first: "
            + "\(surplus.first)) \(verb) left out: the metadata are limited to "
            + "\(NumberText.counted(Self.countLimit, "value")) and \(Self.byteLimit >> 20) MiB."
    }

    /// Whether a value is a number, a text, or a list of such.
    static func isPlain(_ number: Int, _ pickle: TorchPickle) -> Bool {
        guard let elements = pickle.graph.elements(number) else {
            return isScalar(pickle.graph[number])
        }
        return elements.allSatisfy { element in
            // Texts in lists are few and short: names of classes.
            if let text = pickle.graph.text(element) { return text.utf8.count <= 1024 }
            return isScalar(pickle.graph[element])
        }
    }

    static func isScalar(_ node: PickleNode) -> Bool {
        switch node {
        case .bool, .int, .float, .text: true
        case .wideInt(let bytes): bytes.count == 9 && bytes[8] == 0
        default: false
        }
    }

    /// About as many bytes as it takes.
    private static func byteCount(_ number: Int, _ pickle: TorchPickle) -> Int {
        let unit = MemoryLayout<Int64>.size
        guard let elements = pickle.graph.elements(number) else {
            return pickle.graph.text(number)?.utf8.count ?? unit
        }
        return elements.reduce(unit) { $0 + unit + (pickle.graph.text($1)?.utf8.count ?? 0) }
    }

    private static func value(_ number: Int, _ pickle: TorchPickle) -> MetadataValue? {
        switch pickle.graph[number] {
        case .bool(let value): return .bool(value)
        case .int(let value): return .i64(value)
        case .wideInt(let bytes) where bytes.count == 9 && bytes[8] == 0:
            return .u64(bytes[..<8].reversed().reduce(0) { $0 << 8 | UInt64($1) })
        case .float(let value): return .f64(value)
        case .text(let text): return .string(text)
        case .list(let elements), .tuple(let elements):
            return .list(elements.compactMap { value($0, pickle) })
        default: return nil
        }
    }
}

import LTFNBytes
import LTFNCheckpoint

/// What a pickle of PyTorch holds, under the names that the way to it spells: `model.0.weight`.
struct TorchContent {
    struct Entry {
        var name: String
        var tensor: TorchTensor
    }

    /// The tensors, in the order of the pickle.
    private(set) var entries: [Entry] = []
    private(set) var metadata: [(key: String, value: MetadataValue)] = []
    /// Tensors that are wanted and cannot be read.
    private(set) var unreadable: UnreadableParts
    /// The names of those, wanted or not.
    private(set) var leftOut: Set<ByteString> = []
    /// Names that stood twice, and what the second is called.
    private(set) var losses: [FormatLoss] = []

    private let pickle: TorchPickle
    private let selection: ReadingSelection
    private var taken: Set<ByteString> = []
    /// What has no place: how many, and the first of them.
    private var others = Remainder()
    /// Tensors of programs that no state dict has.
    private var states = Remainder()
    private var isProgram = false
    /// How much may still be made of what is shared: names, and steps on the way.
    private var stepsLeft: Int
    private var bytesLeft: Int
    /// Which number the next of a name that is taken may have.
    private var next: [ByteString: Int] = [:]

    /// What a single tensor is called.
    static let onlyName = "tensor"

    private struct Remainder {
        var count = 0
        var first = ""

        mutating func add(_ name: String, _ kind: String) {
            count += 1
            if count == 1 { first = name.isEmpty ? kind : "\"\(name.prefix(80))\", \(kind)" }
        }
    }

    /// - Throws: `corrupt`, `limitExceeded`, `io`.
    init(_ pickle: TorchPickle, selection: ReadingSelection) throws(FormatError) {
        self.pickle = pickle
        self.selection = selection
        unreadable = UnreadableParts(selection, kind: "tensor")
        // A value that stands in several places is gone through in each. Honest files have few.
        stepsLeft = 1 << 20 + 16 * pickle.graph.nodes.count
        bytesLeft = 64 << 20 + 256 * pickle.graph.nodes.count
        try visit(pickle.graph.root, nil)
    }

    /// Remarks about what is left out, a sentence each.
    var notes: [String] {
        func counted(_ found: Remainder, _ what: String, _ kind: String) -> String {
            NumberText.counted(found.count, what) + kind + (found.count > 1 ? " (first: " : " (")
                + found.first + ")"
        }
        var parts: [String] = []
        if isProgram { parts.append("the program (code, constants, plain attributes)") }
        if states.count > 0 {
            parts.append(counted(states, "empty attribute", " of the program"))
        }
        if others.count > 0 {
            let kind = others.count == 1 ? " that is no tensor" : " that are no tensors"
            parts.append(counted(others, "value", kind))
        }
        return parts.isEmpty ? [] : [LeftOutNote.text(parts)]
    }
}

// The way through the pickle.
extension TorchContent {
    private mutating func visit(_ number: Int, _ path: String?) throws(FormatError) {
        let node = pickle.graph[number]
        try step(1 + node.parts.count)
        if pickle.isTensor(number) { return try add(number, path) }
        switch node {
        case .dictionary(let items): try visit(items: items, path)
        case .list(let elements), .tuple(let elements), .set(let elements):
            if let value = plain(number) { return try tell(value, path) }
            for (index, element) in elements.enumerated() {
                try visit(element, join(path, String(index)))
            }
        case .object(let object): try visit(object, node, path)
        default:
            if let value = plain(number) { try tell(value, path) } else { leave(path, node) }
        }
    }

    private mutating func visit(
        _ object: PickleObject, _ node: PickleNode, _ path: String?
    ) throws(FormatError) {
        let arguments = pickle.graph.elements(object.arguments) ?? []
        let function = object.function
        switch function {
        case "collections.OrderedDict", "collections.Counter", "collections.defaultdict":
            // Python 2 hands the pairs over as a list.
            let first = arguments.last.map { pickle.graph[$0] }
            switch first {
            case .dictionary(let items)?: try visit(items: items + object.items, path)
            case .list(let pairs)?:
                try step(pairs.count)
                let items = pairs.flatMap { pickle.graph.elements($0) ?? [] }
                guard items.count == 2 * pairs.count else { return leave(path, node) }
                try visit(items: items + object.items, path)
            default: try visit(items: object.items, path)
            }
        case "argparse.Namespace", "types.SimpleNamespace":
            if let state = object.state { try visit(state, path) }
        case "torch.Size", "builtins.set", "builtins.frozenset", "builtins.list", "builtins.tuple",
            "__builtin__.set", "__builtin__.frozenset":
            if let first = arguments.first { try visit(first, path) }
        case _ where function.hasPrefix("torch.jit._pickle."):
            if let first = arguments.first { try visit(first, path) }
        case _ where function.hasPrefix("__torch__."):
            isProgram = true
            if let state = object.state { try visit(state, path) }
        default: leave(path, node)
        }
    }

    /// - Parameter items: keys and values in turn; a later value of a key replaces the earlier.
    private mutating func visit(items: [Int], _ path: String?) throws(FormatError) {
        var last: [ByteString: Int] = [:]
        var order: [(key: String, id: ByteString)] = []
        for index in stride(from: 0, to: items.count - 1, by: 2) {
            let key = key(items[index])
            // 1 and "1" are two keys.
            let isText = pickle.graph.text(items[index]) != nil
            let id = ByteString((isText ? "s" : "n") + key)
            if last.updateValue(items[index + 1], forKey: id) == nil { order.append((key, id)) }
        }
        for (key, id) in order {
            if let value = last[id] { try visit(value, join(path, key)) }
        }
    }

    /// A key in the words of a name.
    private func key(_ number: Int) -> String {
        switch pickle.graph[number] {
        case .text(let text): text
        case .int(let value): String(value)
        case .bool(let value): value ? "True" : "False"
        case .float(let value): "\(value)"
        case .none: "None"
        case .bytes(let bytes): String(decoding: bytes.prefix(1024), as: UTF8.self)
        case .tuple(let elements) where isPlain(elements):
            "(" + elements.map(key).joined(separator: ", ") + ")"
        default: "key\(number)"
        }
    }

    /// Whether values can be told in a few words.
    private func isPlain(_ numbers: [Int]) -> Bool {
        numbers.count <= 16
            && numbers.allSatisfy {
                if case .tuple = pickle.graph[$0] { false } else { true }
            }
    }

    private mutating func join(_ path: String?, _ name: String) throws(FormatError) -> String {
        let result = path.map { $0 + "." + name } ?? name
        try spend(result.utf8.count)
        return result
    }

    private mutating func spend(_ byteCount: Int) throws(FormatError) {
        bytesLeft -= byteCount
        guard bytesLeft >= 0 else {
            throw FormatError(
                .limitExceeded, format: pickle.format,
                "Names and texts of the pickle would be many times as long as they are stored.")
        }
    }

    private mutating func step(_ count: Int = 1) throws(FormatError) {
        stepsLeft -= count
        guard stepsLeft >= 0 else {
            throw FormatError(
                .limitExceeded, format: pickle.format,
                "The pickle uses the same values again and again: read out, they would be many "
                    + "times as many as are stored.")
        }
    }
}

// What is found.
extension TorchContent {
    private mutating func add(_ number: Int, _ path: String?) throws(FormatError) {
        let name = try unused(path ?? Self.onlyName)
        do throws(FormatError) {
            let tensor = try pickle.tensor(number)
            if isProgram, tensor.info.byteCount == 0 {
                return states.add(name, "of the shape \(tensor.info.shape)")
            }
            guard entries.count < pickle.limits.variableCount else {
                throw FormatError(
                    .limitExceeded,
                    "The file has more than the \(pickle.limits.variableCount) tensors that are "
                        + "allowed.")
            }
            entries.append(Entry(name: name, tensor: tensor))
        } catch {
            let error = error.named(pickle.format, variable: String(name.prefix(200)))
            guard error.code == .unsupportedFeature else { throw error }
            leftOut.insert(ByteString(name))
            if selection.includes(name) { unreadable.add(error, named: name) }
        }
    }

    /// `name`, or where that is taken the next that is not.
    private mutating func unused(_ name: String) throws(FormatError) -> String {
        if taken.insert(ByteString(name)).inserted { return name }
        var number = next[ByteString(name)] ?? 2
        while !taken.insert(ByteString("\(name)~\(number)")).inserted {
            number += 1
            try step()
        }
        next[ByteString(name)] = number + 1
        let other = "\(name)~\(number)"
        losses.append(
            FormatLoss(
                .name, variable: try? VariableName(other),
                "In the file another tensor has the name \"\(name.prefix(80))\" too, by another way."
            ))
        return other
    }

    private mutating func tell(
        _ value: MetadataValue, _ path: String?
    ) throws(FormatError) {
        guard !isProgram else { return }
        if case .string(let text) = value { try spend(text.utf8.count) }
        metadata.append((path ?? TorchVariables.onlyValueName, value))
    }

    private mutating func leave(_ path: String?, _ node: PickleNode) {
        guard !isProgram else { return }
        others.add(path ?? "", node.kind)
    }

    /// A number, a text, or a list of such; nil for anything else.
    private func plain(_ number: Int) -> MetadataValue? {
        switch pickle.graph[number] {
        case .bool(let value): return .bool(value)
        case .int(let value): return .i64(value)
        case .wideInt(let bytes) where bytes.count == 9 && bytes[8] == 0:
            return .u64(bytes[..<8].reversed().reduce(0) { $0 << 8 | UInt64($1) })
        case .float(let value): return .f64(value)
        case .text(let text): return .string(text)
        case .list(let elements), .tuple(let elements):
            var values: [MetadataValue] = []
            for element in elements {
                switch pickle.graph[element] {
                case .list, .tuple: return nil
                default: break
                }
                guard let value = plain(element) else { return nil }
                // Texts in lists are few and short: names of classes.
                if case .string(let text) = value, text.utf8.count > 1024 { return nil }
                values.append(value)
            }
            return .list(values)
        default: return nil
        }
    }
}

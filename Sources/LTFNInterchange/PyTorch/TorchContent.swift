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
    /// Tensors that are wanted and cannot be read.
    private(set) var unreadable: UnreadableParts
    /// The names of those, wanted or not.
    private(set) var leftOut: Set<ByteString> = []
    /// Names that stood twice, and what the second is called.
    private(set) var losses: [FormatLoss] = []

    private let pickle: TorchPickle
    private let selection: ReadingSelection
    private var plain = TorchMetadata()
    /// Tensors as they are met: names are given when all are known.
    private var found: [Found] = []
    /// What has no place.
    private var others = TorchRemainder()
    /// Tensors of programs that no state dict has.
    private var states = TorchRemainder()
    private var isProgram = false
    private var budget: TorchBudget
    /// Whether values that are made of others have a tensor among them.
    private var holders: [Int: Bool] = [:]

    /// What a single tensor is called.
    static let onlyName = "tensor"

    private struct Found {
        var name: String
        var number: Int
        var isOfProgram: Bool
        /// Why it cannot be read, when that is known: what follows "The tensor".
        var obstacle: String?
    }

    /// - Throws: `corrupt`, `limitExceeded`, `io`.
    init(_ pickle: TorchPickle, selection: ReadingSelection) throws(FormatError) {
        self.pickle = pickle
        self.selection = selection
        unreadable = UnreadableParts(selection, kind: "tensor")
        budget = TorchBudget(pickle)
        try visit(pickle.graph.root, nil)
        try nameAll()
    }

    var metadata: [(key: String, value: MetadataValue)] { plain.entries }

    /// Remarks about what is left out, a sentence each.
    var notes: [String] {
        func counted(_ found: TorchRemainder, _ what: String, _ kind: String) -> String {
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
        let leftOut = parts.isEmpty ? [] : [LeftOutNote.text(parts)]
        return leftOut + (plain.note.map { [$0] } ?? [])
    }
}

// The way through the pickle.
extension TorchContent {
    private mutating func visit(_ number: Int, _ path: String?) throws(FormatError) {
        let node = pickle.graph[number]
        try budget.step(1 + node.parts.count)
        if pickle.isTensor(number) { return meet(number, path) }
        if TorchMetadata.isPlain(number, pickle) { return tell(number, path) }
        switch node {
        case .dictionary(let items): try visit(items: items, path)
        case .list(let elements), .tuple(let elements), .set(let elements):
            try visit(elements: elements, path)
        case .object(let object): try visit(object, number, path)
        default: leave(number, path)
        }
    }

    private mutating func visit(
        _ object: PickleObject, _ number: Int, _ path: String?
    ) throws(FormatError) {
        let arguments = pickle.graph.elements(object.arguments) ?? []
        let function = object.function
        // What is not gone through.
        var rest = object.state.map { [$0] } ?? []
        switch function {
        case "collections.OrderedDict", "collections.Counter", "collections.defaultdict",
            "builtins.dict", "__builtin__.dict":
            guard let items = try items(arguments.last) else { return leave(number, path) }
            try visit(items: items + object.items, path)
            rest += object.elements + arguments.dropLast()
        case "collections.deque":
            let elements = (arguments.first.flatMap(pickle.graph.elements) ?? []) + object.elements
            try budget.step(elements.count)
            try visit(elements: elements, path)
            rest += object.items + arguments.dropFirst()
        case "argparse.Namespace", "types.SimpleNamespace":
            if let state = object.state { try visit(state, path) }
            rest = arguments + object.elements + object.items
        case "torch.Size", "builtins.set", "builtins.frozenset", "builtins.list", "builtins.tuple",
            "__builtin__.set", "__builtin__.frozenset", "__builtin__.list",
            _ where function.hasPrefix("torch.jit._pickle."):
            if let first = arguments.first { try visit(first, path) }
            rest += arguments.dropFirst() + object.elements + object.items
        case _ where function.hasPrefix("__torch__."):
            isProgram = true
            if let state = object.state { try visit(state, path) }
            rest = arguments + object.elements + object.items
        default: return leave(number, path)
        }
        if rest.contains(where: { holdsTensor($0) }) { refuse(number, path) }
    }

    /// The keys and values that a dict is made with; nil for anything else.
    private mutating func items(_ number: Int?) throws(FormatError) -> [Int]? {
        switch number.map({ pickle.graph[$0] }) {
        case .dictionary(let items)?: return items
        // Python 2 hands the pairs over as a list.
        case .list(let pairs)?:
            try budget.step(pairs.count)
            var items: [Int] = []
            for pair in pairs {
                guard let two = pickle.graph.elements(pair), two.count == 2 else { return nil }
                items += two
            }
            return items
        default: return []
        }
    }

    private mutating func visit(elements: [Int], _ path: String?) throws(FormatError) {
        for (index, element) in elements.enumerated() where !pass(element) {
            try visit(element, join(path, String(index)))
        }
    }

    /// - Parameter items: keys and values in turn; a later value of a key replaces the earlier.
    private mutating func visit(items: [Int], _ path: String?) throws(FormatError) {
        var last: [TorchKey.Identity: Int] = [:]
        var order: [(key: TorchKey, number: Int)] = []
        for index in stride(from: 0, to: items.count - 1, by: 2) {
            let key = try TorchKey(items[index], of: pickle, &budget)
            if last.updateValue(items[index + 1], forKey: key.identity) == nil {
                order.append((key, items[index]))
            }
        }
        for (key, number) in order {
            guard let value = last[key.identity] else { continue }
            if holdsTensor(number) {
                meet(
                    number, try join(path, key.name),
                    obstacle: "is in a key of a dict, which has no name")
            }
            if !pass(value) { try visit(value, join(path, key.name)) }
        }
    }

    /// Counts a value of which nobody asks the name; false: it has to be gone through.
    private mutating func pass(_ number: Int) -> Bool {
        let node = pickle.graph[number]
        switch node {
        case .none where others.count > 0 && !isProgram: others.add("", "")
        case _ where plain.isFull && TorchMetadata.isScalar(node): plain.pass(node)
        default: return false
        }
        return true
    }

    private mutating func join(_ path: String?, _ name: String) throws(FormatError) -> String {
        try budget.spend(name.utf8.count + (path.map { $0.utf8.count + 1 } ?? 0))
        return path.map { $0 + "." + name } ?? name
    }
}

// What is found.
extension TorchContent {
    private mutating func meet(_ number: Int, _ path: String?, obstacle: String? = nil) {
        found.append(
            Found(
                name: path ?? Self.onlyName, number: number, isOfProgram: isProgram,
                obstacle: obstacle))
    }

    private mutating func tell(_ number: Int, _ path: String?) {
        guard !isProgram else { return }
        plain.add(number, of: pickle, named: path ?? TorchVariables.onlyValueName)
    }

    /// Leaves out a value that is nothing known; a tensor in it is one that cannot be read.
    private mutating func leave(_ number: Int, _ path: String?) {
        if holdsTensor(number) { return refuse(number, path) }
        guard !isProgram else { return }
        others.add(path ?? "", pickle.graph[number].kind)
    }

    private mutating func refuse(_ number: Int, _ path: String?) {
        let kind = pickle.graph[number].kind.prefix(80)
        meet(number, path, obstacle: "is in a part of \(kind) that is not known")
    }

    /// Complexity: O(n) for all values together.
    private mutating func holdsTensor(_ number: Int) -> Bool {
        if pickle.isTensor(number) { return true }
        let parts = pickle.graph[number].parts
        if parts.isEmpty { return false }
        if let known = holders[number] { return known }
        var result = false
        for part in parts where holdsTensor(part) {
            result = true
            break
        }
        holders[number] = result
        return result
    }

    private mutating func nameAll() throws(FormatError) {
        var names = DistinctNames(found.map(\.name))
        // Many names may be those of one tensor.
        var known: [Int: Int] = [:]
        for found in found {
            let name = names.take(found.name)
            if !name.utf8.elementsEqual(found.name.utf8) {
                losses.append(
                    FormatLoss(
                        .name, variable: try? VariableName(name),
                        "In the file another tensor has the name \"\(found.name.prefix(80))\" too, by "
                            + "another way."))
            }
            if let index = known[found.number], found.obstacle == nil {
                try take(name, entries[index].tensor)
                continue
            }
            do throws(FormatError) {
                if let obstacle = found.obstacle { throw pickle.unsupported(obstacle) }
                let tensor = try pickle.tensor(found.number)
                if found.isOfProgram, tensor.info.byteCount == 0 {
                    states.add(name, "of the shape \(tensor.info.shape)")
                    continue
                }
                known[found.number] = entries.count
                try take(name, tensor)
            } catch {
                let error = error.named(pickle.format, variable: String(name.prefix(200)))
                guard error.code == .unsupportedFeature else { throw error }
                leftOut.insert(ByteString(name))
                if selection.includes(name) { unreadable.add(error, named: name) }
            }
        }
        found = []
    }

    private mutating func take(_ name: String, _ tensor: TorchTensor) throws(FormatError) {
        guard entries.count < pickle.limits.variableCount else {
            throw FormatError(
                .limitExceeded,
                "The file has more than the \(pickle.limits.variableCount) tensors that are "
                    + "allowed.")
        }
        entries.append(Entry(name: name, tensor: tensor))
    }
}

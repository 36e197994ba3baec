/// A value of a pickle: inert, and made of others by their number in a `PickleGraph`.
enum PickleNode {
    case none
    case bool(Bool)
    case int(Int64)
    /// A number of more than 64 bits: two's complement, the low byte first.
    case wideInt([UInt8])
    case float(Double)
    case text(String)
    case bytes([UInt8])
    case tuple([Int])
    case list([Int])
    case set([Int])
    /// Keys and values in turn.
    case dictionary([Int])
    /// A class or a function, by its full name.
    case global(String)
    /// What the program that saved the pickle keeps elsewhere, by what it is known there.
    case persistent(Int)
    indirect case object(PickleObject)
}

/// A value that is the same wherever it stands, and short.
enum PickleConstant: Hashable {
    case none
    case bool(Bool)
    case int(Int64)
    case emptyTuple

    /// nil for values that are nodes of their own.
    init?(_ node: PickleNode) {
        switch node {
        case .none: self = .none
        case .bool(let value): self = .bool(value)
        case .int(let value) where (0...255).contains(value): self = .int(value)
        case .tuple(let elements) where elements.isEmpty: self = .emptyTuple
        default: return nil
        }
    }
}

/// What a function of a pickle would make. Nothing is called: the call itself is the value.
struct PickleObject {
    /// The full name of the function, or of the class.
    var function: String
    /// The number of the tuple that it is called with.
    var arguments: Int
    /// The number of what the object is told afterwards.
    var state: Int?
    /// What is appended to it.
    var elements: [Int] = []
    /// What is put into it: keys and values in turn.
    var items: [Int] = []
}

/// All values of a pickle, none of which contains itself.
struct PickleGraph {
    let nodes: [PickleNode]
    let root: Int
    /// How many values the pickle made: nodes, constants as often as they came.
    let valueCount: Int

    subscript(number: Int) -> PickleNode { nodes[number] }

    /// The numbers that a tuple or a list is made of; nil for anything else.
    func elements(_ number: Int) -> [Int]? {
        switch nodes[number] {
        case .tuple(let elements), .list(let elements): elements
        default: nil
        }
    }

    func text(_ number: Int) -> String? {
        if case .text(let text) = nodes[number] { text } else { nil }
    }

    func int(_ number: Int) -> Int? {
        if case .int(let value) = nodes[number] { Int(exactly: value) } else { nil }
    }

    func global(_ number: Int) -> String? {
        if case .global(let name) = nodes[number] { name } else { nil }
    }
}

extension PickleNode {
    /// The numbers of the values that it is made of.
    var parts: [Int] {
        switch self {
        case .none, .bool, .int, .wideInt, .float, .text, .bytes, .global: []
        case .tuple(let parts), .list(let parts), .set(let parts), .dictionary(let parts): parts
        case .persistent(let id): [id]
        case .object(let object):
            [object.arguments] + (object.state.map { [$0] } ?? []) + object.elements + object.items
        }
    }

    /// What it is, for a sentence.
    var kind: String {
        switch self {
        case .none: "None"
        case .bool: "a bool"
        case .int, .wideInt: "an integer"
        case .float: "a float"
        case .text: "a string"
        case .bytes: "bytes"
        case .tuple: "a tuple"
        case .list: "a list"
        case .set: "a set"
        case .dictionary: "a dict"
        case .global(let name): name
        case .persistent: "a persistent id"
        case .object(let object): object.function
        }
    }
}

import LTFNBytes

// Tuples, lists, dicts and sets.
extension PickleMachine {
    mutating func collect(_ opcode: PickleOpcode) throws(FormatError) {
        switch opcode {
        case .emptyTuple: try push(.tuple([]))
        case .tuple: try push(.tuple(try popMarked()))
        case .tuple1: try push(.tuple([try pop()]))
        case .tuple2:
            let second = try pop()
            try push(.tuple([try pop(), second]))
        case .tuple3:
            let third = try pop()
            let second = try pop()
            try push(.tuple([try pop(), second, third]))
        case .emptyList: try push(.list([]))
        case .list: try push(.list(try popMarked()))
        case .append: try append([try pop()])
        case .appends: try append(try popMarked())
        case .emptyDictionary: try push(.dictionary([]))
        case .dictionary: try push(.dictionary(try pairs(try popMarked())))
        case .setItem:
            let value = try pop()
            try put([try pop(), value])
        case .setItems: try put(try pairs(try popMarked()))
        case .emptySet: try push(.set([]))
        case .frozenSet: try push(.set(try popMarked()))
        default: try add(try popMarked())
        }
    }

    private func pairs(_ values: [Int]) throws(FormatError) -> [Int] {
        guard values.count % 2 == 0 else {
            throw input.error(.corrupt, "A dict of the pickle has a key without a value.")
        }
        return values
    }

    private mutating func append(_ values: [Int]) throws(FormatError) {
        let error = input.error(.corrupt, "The pickle appends to what is no list.")
        try changeTop { node throws(FormatError) in
            switch node {
            case .list(var elements):
                node = .none
                elements += values
                node = .list(elements)
            case .object(var object):
                node = .none
                object.elements += values
                node = .object(object)
            default: throw error
            }
        }
    }

    private mutating func put(_ pairs: [Int]) throws(FormatError) {
        let error = input.error(.corrupt, "The pickle puts a key into what is no dict.")
        try changeTop { node throws(FormatError) in
            switch node {
            case .dictionary(var items):
                node = .none
                items += pairs
                node = .dictionary(items)
            case .object(var object):
                node = .none
                object.items += pairs
                node = .object(object)
            default: throw error
            }
        }
    }

    private mutating func add(_ values: [Int]) throws(FormatError) {
        let error = input.error(.corrupt, "The pickle adds to what is no set.")
        try changeTop { node throws(FormatError) in
            guard case .set(var elements) = node else { throw error }
            node = .none
            elements += values
            node = .set(elements)
        }
    }
}

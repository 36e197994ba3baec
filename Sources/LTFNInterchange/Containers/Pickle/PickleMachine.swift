import LTFNBytes

/// Follows the instructions of a pickle, and makes inert values of them.
///
/// The machine is closed: instructions, and the names of classes and functions, are taken from
/// lists, and whatever else a pickle asks for is an error that names it. Nothing is imported,
/// called or looked up; a call is kept as a value (`PickleObject`), for those who know what it
/// stands for.
struct PickleMachine {
    var input: PickleInput
    private let globals: PickleGlobals
    private(set) var nodes: [PickleNode] = []
    /// Values without parts that come again and again: each is one node.
    private var constants: [PickleConstant: Int] = [:]
    /// How many values were made, each constant as often as it came.
    private var valueCount = 0
    /// How many bytes of names may still be made of texts that are recalled.
    private var nameBytesLeft = 32 << 20
    private var stack: [Int] = []
    /// How much of the stack stands below each mark.
    private var marks: [Int] = []
    private var memo: [UInt64: Int] = [:]
    private var tally = AvailableMemory.Tally()
    private let nodeLimit: UInt64

    private init(_ input: PickleInput, _ globals: PickleGlobals, nodeLimit: UInt64) {
        self.input = input
        self.globals = globals
        self.nodeLimit = nodeLimit
    }

    /// Reads the next pickle; `input` then stands at the byte after it.
    ///
    /// - Parameter fileByteCount: how long the file is: what was packed in it may make no more
    ///   values than about so many.
    /// - Throws: `unsupportedFeature` for instructions, classes and functions that are not known;
    ///   `corrupt`, `truncated`, `limitExceeded`, `io`.
    static func load(
        _ input: inout PickleInput, globals: PickleGlobals, fileByteCount: UInt64 = .max >> 1
    ) throws(FormatError) -> PickleGraph {
        let start = input.offset
        var machine = PickleMachine(input, globals, nodeLimit: fileByteCount + (1 << 20))
        let root = try machine.run()
        input = machine.input
        try PickleNesting(machine.nodes).expectSound(root, format: input.format, offset: start)
        return PickleGraph(nodes: machine.nodes, root: root, valueCount: machine.valueCount)
    }

    private mutating func run() throws(FormatError) -> Int {
        while true {
            let offset = input.offset
            let byte = try input.byte()
            guard let opcode = PickleOpcode(rawValue: byte) else {
                throw FormatError(
                    .unsupportedFeature, format: input.format, offset: offset,
                    "The pickle has the instruction 0x\(Hexadecimal.string([byte])), which no "
                        + "checkpoint has.")
            }
            if opcode == .stop {
                guard marks.isEmpty, stack.count == 1 else {
                    throw input.error(.corrupt, "The pickle ends with values that are not used.")
                }
                return stack[0]
            }
            try perform(opcode)
        }
    }

    private mutating func perform(_ opcode: PickleOpcode) throws(FormatError) {
        if let node = try scalar(opcode) { return try push(node) }
        if let node = try string(opcode) { return try push(node) }
        switch opcode {
        case .mark: marks.append(stack.count)
        case .pop:
            // A mark is popped as a value is.
            if let mark = marks.last, mark == stack.count {
                marks.removeLast()
            } else {
                _ = try pop()
            }
        case .popMark: _ = try popMarked()
        case .duplicate: try pushAgain(try top())
        case .proto:
            let version = try input.byte()
            guard version <= 5 else {
                throw input.error(
                    .unsupportedVersion,
                    "The pickle is of protocol \(version); 0 to 5 are known.")
            }
        case .frame: _ = try input.number(byteCount: 8)
        case .get, .binGet, .longBinGet, .put, .binPut, .longBinPut, .memoize:
            try remember(opcode)
        case .global, .stackGlobal, .reduce, .build, .instance, .object, .newObject,
            .newObjectWithKeywords, .persistentID, .binPersistentID:
            try call(opcode)
        default: try collect(opcode)
        }
    }
}

// The stack and the memo.
extension PickleMachine {
    mutating func push(_ node: PickleNode) throws(FormatError) {
        guard UInt64(valueCount) < nodeLimit else {
            throw input.error(
                .limitExceeded,
                "The pickle has more than the \(nodeLimit) values that a file of this length may "
                    + "have.")
        }
        valueCount += 1
        let constant = PickleConstant(node)
        if let constant, let known = constants[constant] { return try pushAgain(known) }
        // Beside its place among the nodes, what it holds.
        try tally.add(MemoryLayout<PickleNode>.stride + 16 * MemoryLayout<Int>.size)
        try nodes.makeRoomForOne()
        nodes.append(node)
        if let constant { constants[constant] = nodes.count - 1 }
        try pushAgain(nodes.count - 1)
    }

    private mutating func pushAgain(_ number: Int) throws(FormatError) {
        try stack.makeRoomForOne()
        stack.append(number)
    }

    mutating func pop() throws(FormatError) -> Int {
        let value = try top()
        stack.removeLast()
        return value
    }

    func top() throws(FormatError) -> Int {
        guard let value = stack.last, stack.count > marks.last ?? 0 else {
            throw input.error(.corrupt, "The pickle takes a value that is not there.")
        }
        return value
    }

    /// The values above the last mark.
    mutating func popMarked() throws(FormatError) -> [Int] {
        guard let mark = marks.popLast() else {
            throw input.error(.corrupt, "The pickle takes values up to a mark that is not there.")
        }
        defer { stack.removeLast(stack.count - mark) }
        return Array(stack[mark...])
    }

    /// Changes the value on top of the stack.
    mutating func changeTop(
        _ body: (inout PickleNode) throws(FormatError) -> Void
    ) throws(FormatError) {
        let number = try top()
        // Moved out, so that a list is not copied for each element.
        var node = PickleNode.none
        swap(&node, &nodes[number])
        defer { swap(&node, &nodes[number]) }
        try body(&node)
    }

    private mutating func remember(_ opcode: PickleOpcode) throws(FormatError) {
        switch opcode {
        case .binGet: try recall(try input.number(byteCount: 1))
        case .longBinGet: try recall(try input.number(byteCount: 4))
        case .get: try recall(try index())
        case .binPut: try store(try input.number(byteCount: 1))
        case .longBinPut: try store(try input.number(byteCount: 4))
        case .put: try store(try index())
        default: try store(UInt64(memo.count))
        }
    }

    private mutating func index() throws(FormatError) -> UInt64 {
        let line = String(decoding: try input.line(), as: UTF8.self)
        guard let index = UInt64(line) else {
            throw input.error(.corrupt, "\"\(line.prefix(40))\" is no number of a kept value.")
        }
        return index
    }

    private mutating func store(_ index: UInt64) throws(FormatError) {
        try tally.add(4 * MemoryLayout<UInt64>.size)
        memo[index] = try top()
    }

    private mutating func recall(_ index: UInt64) throws(FormatError) {
        guard let value = memo[index] else {
            throw input.error(
                .corrupt, "The pickle takes the kept value \(index), which is not there.")
        }
        try pushAgain(value)
    }
}

// Classes and functions.
extension PickleMachine {
    private mutating func call(_ opcode: PickleOpcode) throws(FormatError) {
        switch opcode {
        case .global:
            try push(.global(try global(try input.line(), try input.line())))
        case .stackGlobal:
            let name = try pop()
            let module = try pop()
            guard case .text(let module) = nodes[module], case .text(let name) = nodes[name] else {
                throw input.error(.corrupt, "The pickle names a class by what is no string.")
            }
            try push(.global(try known(named(module, name))))
        case .reduce, .newObject:
            let arguments = try pop()
            try push(try object(of: try pop(), arguments))
        case .newObjectWithKeywords:
            let keywords = try pop()
            let arguments = try pop()
            guard case .dictionary(let items) = nodes[keywords], items.isEmpty else {
                throw input.error(
                    .unsupportedFeature, "The pickle makes an object with arguments by name.")
            }
            try push(try object(of: try pop(), arguments))
        case .instance:
            let name = try global(try input.line(), try input.line())
            try push(.tuple(try popMarked()))
            try push(.object(PickleObject(function: name, arguments: try pop())))
        case .object:
            var values = try popMarked()
            guard !values.isEmpty else {
                throw input.error(.corrupt, "The pickle makes an object of no class.")
            }
            let function = values.removeFirst()
            try push(.tuple(values))
            try push(try object(of: function, try pop()))
        case .build:
            let state = try pop()
            let offset = input.offset
            let format = input.format
            try changeTop { node throws(FormatError) in
                guard case .object(var object) = node else {
                    throw FormatError(
                        .corrupt, format: format, offset: offset,
                        "The pickle tells something to \(node.kind), which is no object.")
                }
                object.state = state
                node = .object(object)
            }
        case .persistentID:
            try push(.text(String(decoding: try input.line(), as: UTF8.self)))
            try push(.persistent(try pop()))
        default: try push(.persistent(try pop()))
        }
    }

    private func global(_ module: [UInt8], _ name: [UInt8]) throws(FormatError) -> String {
        try known(
            String(decoding: module, as: UTF8.self) + "." + String(decoding: name, as: UTF8.self))
    }

    /// The full name of a class whose parts may be recalled again and again.
    private mutating func named(
        _ module: String, _ name: String
    ) throws(FormatError) -> String {
        let byteCount = module.utf8.count + 1 + name.utf8.count
        nameBytesLeft -= byteCount
        guard byteCount <= PickleInput.lineByteCount, nameBytesLeft >= 0 else {
            throw input.error(
                .limitExceeded,
                "The pickle names a class in \(byteCount) bytes; \(PickleInput.lineByteCount) are "
                    + "allowed, and \(32 << 20) for all that are put together.")
        }
        return module + "." + name
    }

    private func known(_ name: String) throws(FormatError) -> String {
        guard globals.contains(name) else {
            throw input.error(
                .unsupportedFeature,
                "The pickle asks for \(name.prefix(200)); only \(globals.summary) are known, and "
                    + "nothing is ever run. \(globals.advice)")
        }
        return name
    }

    private func object(
        of function: Int, _ arguments: Int
    ) throws(FormatError) -> PickleNode {
        guard case .global(let name) = nodes[function] else {
            throw input.error(
                .corrupt, "The pickle calls \(nodes[function].kind), which is no function.")
        }
        guard case .tuple = nodes[arguments] else {
            throw input.error(
                .corrupt,
                "The pickle calls \(name) with \(nodes[arguments].kind); expected a tuple.")
        }
        return .object(PickleObject(function: name, arguments: arguments))
    }
}

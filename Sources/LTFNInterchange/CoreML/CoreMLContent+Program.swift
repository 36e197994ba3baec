import LTFNBytes
import LTFNCheckpoint

// The functions of an ML program. A constant is called as the value that its operation makes; what
// another operation holds has that name, a period, and the name of the parameter.
extension CoreMLContent {
    mutating func walk(
        program: ProtobufMessage, path: String, depth: Int
    ) throws(FormatError) {
        try program.forEachField { field, reader throws(FormatError) in
            guard field.number == CoreMLProgramField.Program.functions,
                case .bytes(let range) = field.value
            else { return }
            let entry = try CoreMLMapEntry(reader.message(range))
            let step = entry.key == "main" ? "" : Self.named(entry.key, else: "function") + "/"
            try walk(
                function: program.message(entry.value), path: Self.join(path, step), depth: depth)
        }
    }

    private mutating func walk(
        function: ProtobufMessage, path: String, depth: Int
    ) throws(FormatError) {
        var blocks: [CoreMLMapEntry] = []
        try function.forEachField { field, reader throws(FormatError) in
            guard field.number == CoreMLProgramField.Function.blocks,
                case .bytes(let range) = field.value
            else { return }
            try blocks.makeRoomForOne()
            blocks.append(try CoreMLMapEntry(reader.message(range)))
        }
        for block in blocks {
            // One for each set of operations that it is written for.
            let step = blocks.count == 1 ? "" : Self.named(block.key, else: "block") + "/"
            try walk(
                block: function.message(block.value), path: Self.join(path, step), depth: depth)
        }
    }

    private mutating func walk(
        block: ProtobufMessage, path: String, depth: Int
    ) throws(FormatError) {
        try Self.expectDepth(depth, block)
        var number = 0
        try block.forEachField { field, _ throws(FormatError) in
            guard field.number == CoreMLProgramField.Block.operations,
                case .bytes(let range) = field.value
            else { return }
            try walk(operation: block.message([range]), number, path: path, depth: depth)
            number += 1
        }
    }

    private mutating func walk(
        operation message: ProtobufMessage, _ number: Int, path: String, depth: Int
    ) throws(FormatError) {
        let operation = try CoreMLOperation(message)
        let type = String(operation.type.prefix(40))
        let name = Self.named(operation.output ?? "", else: "\(type)_\(number)")
        if operation.isConstant {
            for value in operation.values where value.key == "val" {
                try add(value, name: path + name)
            }
            return
        }
        passOver(.operators)
        for value in operation.values where value.key != "name" {
            try add(value, name: path + name + "." + value.key)
        }
        for (index, range) in operation.blocks.enumerated() {
            let way = Self.join(path, "\(name).block_\(index)/")
            try walk(block: message.message([range]), path: way, depth: depth + 1)
        }
    }

    private mutating func add(
        _ value: CoreMLOperation.Value, name: String
    ) throws(FormatError) {
        switch try CoreMLProgramValue.kind(value.message) {
        case .tensor(let tensor): try add(Found(name: name, values: .program(tensor)))
        case .text: passOver(.text)
        case .list: passOver(.list)
        }
    }
}

/// An operation of an ML program.
private struct CoreMLOperation {
    /// A parameter that is known before the program runs.
    struct Value {
        var key: String
        var message: ProtobufMessage
    }

    private(set) var type = ""
    /// The first value that it makes.
    private(set) var output: String?
    private(set) var values: [Value] = []
    private(set) var blocks: [Range<UInt64>] = []

    var isConstant: Bool { type == "const" }

    /// - Throws: `corrupt`, `truncated`, `limitExceeded`, `io`.
    init(_ message: ProtobufMessage) throws(FormatError) {
        typealias Field = CoreMLProgramField.Operation
        try message.forEachField { field, reader throws(FormatError) in
            guard case .bytes(let range) = field.value else { return }
            switch field.number {
            case Field.type: type = try reader.string(range)
            case Field.outputs where output == nil:
                output = try Self.name(message.message([range]))
            case Field.blocks:
                try blocks.makeRoomForOne()
                blocks.append(range)
            case Field.attributes:
                let entry = try CoreMLMapEntry(reader.message(range))
                try values.makeRoomForOne()
                values.append(Value(key: entry.key, message: message.message(entry.value)))
            case Field.inputs: try take(input: CoreMLMapEntry(reader.message(range)), message)
            default: break
            }
        }
    }

    private static func name(_ message: ProtobufMessage) throws(FormatError) -> String? {
        var name: String?
        try message.forEachField { field, reader throws(FormatError) in
            if field.number == CoreMLProgramField.Named.name, case .bytes(let range) = field.value {
                name = try reader.string(range)
            }
        }
        return name
    }

    /// Most inputs are names of other values.
    private mutating func take(
        input: CoreMLMapEntry, _ message: ProtobufMessage
    ) throws(FormatError) {
        typealias Field = CoreMLProgramField.Argument
        var bindings: [Range<UInt64>] = []
        try message.message(input.value).forEachField { field, _ throws(FormatError) in
            guard field.number == Field.bindings, case .bytes(let range) = field.value else {
                return
            }
            try bindings.makeRoomForOne()
            bindings.append(range)
        }
        for (index, range) in bindings.enumerated() {
            var pieces: [Range<UInt64>] = []
            try message.message([range]).forEachField { field, _ throws(FormatError) in
                guard field.number == Field.value, case .bytes(let range) = field.value else {
                    return
                }
                try pieces.makeRoomForOne()
                pieces.append(range)
            }
            if pieces.isEmpty { continue }
            let key = bindings.count == 1 ? input.key : "\(input.key).\(index)"
            try values.makeRoomForOne()
            values.append(Value(key: key, message: message.message(pieces)))
        }
    }
}

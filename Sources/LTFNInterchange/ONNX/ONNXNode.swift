import LTFNBytes
import LTFNCheckpoint

/// A `NodeProto`: an operation of a graph, or of a function.
package struct ONNXNode {
    private(set) var name = ""
    package private(set) var opType = ""
    private(set) var domain = ""
    private(set) var inputs: [String] = []
    package private(set) var outputs: [String] = []
    /// Where its attributes stand.
    private(set) var attributes: [Range<UInt64>] = []

    /// Whether it is one of the operators that every runtime has.
    var isStandard: Bool { domain.isEmpty || domain == "ai.onnx" }

    var isConstant: Bool { opType == "Constant" && isStandard }

    /// The type for a name that is made of it.
    var shortType: String { String(opType.prefix(40)) }

    /// - Throws: `corrupt`, `truncated`, `limitExceeded`, `io`.
    init(_ message: ProtobufMessage) throws(FormatError) {
        try message.forEachField { field, reader throws(FormatError) in
            guard case .bytes(let range) = field.value else { return }
            switch field.number {
            case ONNXField.Node.input:
                try inputs.makeRoomForOne()
                inputs.append(try reader.string(range))
            case ONNXField.Node.output:
                try outputs.makeRoomForOne()
                outputs.append(try reader.string(range))
            case ONNXField.Node.name: name = try reader.string(range)
            case ONNXField.Node.opType: opType = try reader.string(range)
            case ONNXField.Node.domain: domain = try reader.string(range)
            case ONNXField.Node.attribute:
                try attributes.makeRoomForOne()
                attributes.append(range)
            default: break
            }
        }
    }
}

/// An `AttributeProto`: what a node is told beside its inputs.
struct ONNXAttribute {
    let message: ProtobufMessage
    private(set) var name = ""
    /// The bits of a float, and of an integer.
    private(set) var float: UInt32 = 0
    private(set) var int: UInt64 = 0
    private(set) var string: Range<UInt64>?
    /// The pieces of a tensor.
    private(set) var tensor: [Range<UInt64>]?
    /// Tensors, each in one piece or several.
    private(set) var tensors: [[Range<UInt64>]] = []
    private(set) var graphs: [[Range<UInt64>]] = []

    /// - Throws: `corrupt`, `truncated`, `limitExceeded`, `io`.
    init(_ message: ProtobufMessage) throws(FormatError) {
        typealias Field = ONNXField.Attribute
        self.message = message
        // What stands once, and comes again, goes on.
        var graph: [Range<UInt64>] = []
        var single: [Range<UInt64>] = []
        try message.forEachField { field, reader throws(FormatError) in
            switch (field.number, field.value) {
            case (Field.name, .bytes(let range)): name = try reader.string(range)
            case (Field.float, .fixed32(let bits)): float = bits
            case (Field.int, .varint(let bits)): int = bits
            case (Field.string, .bytes(let range)): string = range
            case (Field.tensor, .bytes(let range)):
                try single.makeRoomForOne()
                single.append(range)
            case (Field.graph, .bytes(let range)):
                try graph.makeRoomForOne()
                graph.append(range)
            case (Field.tensors, .bytes(let range)):
                try tensors.makeRoomForOne()
                tensors.append([range])
            case (Field.graphs, .bytes(let range)):
                try graphs.makeRoomForOne()
                graphs.append([range])
            default: break
            }
        }
        if !single.isEmpty {
            tensor = single
            tensors.insert(single, at: 0)
        }
        if !graph.isEmpty { graphs.insert(graph, at: 0) }
    }
}

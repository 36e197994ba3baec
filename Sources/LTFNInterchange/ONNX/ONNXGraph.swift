import LTFNBytes
import LTFNCheckpoint

/// The main graph of a model as its nodes are written, with what is needed to understand them.
package struct ONNXGraph {
    private(set) var name = ""
    package private(set) var nodes: [Node] = []
    /// Of the inputs, initializers among them, that are tensors: type and shape, nil for an extent
    /// that is open.
    private(set) var inputs: [(name: String, type: Int64, shape: [Int64?])] = []
    private(set) var outputs: [String] = []

    package struct Node {
        package var node: ONNXNode
        /// The first attribute of each name.
        var attributes: [String: ONNXAttribute]
    }

    /// More nodes than any network of layers has.
    static let nodeLimit = 10_000

    /// - Returns: nil when there are more nodes than are looked at.
    /// - Throws: `corrupt`, `truncated`, `limitExceeded`, `io`.
    package init?(_ graph: ProtobufMessage) throws(FormatError) {
        var count = 0
        try graph.forEachField { field, reader throws(FormatError) in
            guard case .bytes(let range) = field.value else { return }
            switch field.number {
            case ONNXField.Graph.name: name = try reader.string(range)
            case ONNXField.Graph.node:
                count += 1
                guard count <= Self.nodeLimit else { return }
                nodes.append(try Node(graph.message([range])))
            case ONNXField.Graph.input: inputs.append(try Self.valueInfo(graph.message([range])))
            case ONNXField.Graph.output:
                outputs.append(try Self.valueInfo(graph.message([range])).name)
            default: break
            }
        }
        if count > Self.nodeLimit { return nil }
    }

    private static func valueInfo(
        _ message: ProtobufMessage
    ) throws(FormatError) -> (name: String, type: Int64, shape: [Int64?]) {
        var name = ""
        var type: [Range<UInt64>] = []
        try message.forEachField { field, reader throws(FormatError) in
            guard case .bytes(let range) = field.value else { return }
            switch field.number {
            case ONNXField.ValueInfo.name: name = try reader.string(range)
            case ONNXField.ValueInfo.type: type.append(range)
            default: break
            }
        }
        var tensor: [Range<UInt64>] = []
        try message.message(type).forEachField { field, _ throws(FormatError) in
            if field.number == ONNXField.TypeProto.tensorType, case .bytes(let range) = field.value
            {
                tensor.append(range)
            }
        }
        var (elementType, shape) = (Int64(0), [Range<UInt64>]())
        try message.message(tensor).forEachField { field, _ throws(FormatError) in
            switch (field.number, field.value) {
            case (ONNXField.TensorType.elementType, .varint(let bits)):
                elementType = Int64(bitPattern: bits)
            case (ONNXField.TensorType.shape, .bytes(let range)): shape.append(range)
            default: break
            }
        }
        return (name, elementType, try extents(message.message(shape)))
    }

    private static func extents(_ shape: ProtobufMessage) throws(FormatError) -> [Int64?] {
        var extents: [Int64?] = []
        try shape.forEachField { field, _ throws(FormatError) in
            guard field.number == ONNXField.Shape.dimension, case .bytes(let range) = field.value
            else { return }
            var extent: Int64?
            try shape.message([range]).forEachField { field, _ throws(FormatError) in
                if field.number == ONNXField.Shape.value, case .varint(let bits) = field.value {
                    extent = Int64(bitPattern: bits)
                }
            }
            // A tensor of more axes is no batch of images.
            if extents.count < 8 { extents.append(extent) }
        }
        return extents
    }
}

extension ONNXGraph.Node {
    fileprivate init(_ message: ProtobufMessage) throws(FormatError) {
        node = try ONNXNode(message)
        attributes = [:]
        // No operator that is known here has more.
        for range in node.attributes.prefix(16) {
            let attribute = try ONNXAttribute(message.message([range]))
            if attributes[attribute.name] == nil { attributes[attribute.name] = attribute }
        }
    }

    /// An attribute that is an integer.
    func int(_ name: String, else other: Int64) -> Int64 {
        attributes[name].map { Int64(bitPattern: $0.int) } ?? other
    }

    func float(_ name: String, else other: Float) -> Float {
        attributes[name].map { Float(bitPattern: $0.float) } ?? other
    }

    /// An attribute that is a list of integers; nil when there is none.
    func ints(_ name: String) throws(FormatError) -> [Int64]? {
        guard let attribute = attributes[name] else { return nil }
        var numbers = ProtobufNumberIterator(
            ProtobufNumbers(attribute.message, field: ONNXField.Attribute.ints, coding: .varint))
        var result: [Int64] = []
        while result.count < 16, let bits = try numbers.next() {
            result.append(Int64(bitPattern: bits))
        }
        return result
    }

    func string(_ name: String) throws(FormatError) -> String? {
        guard let attribute = attributes[name], let range = attribute.string else { return nil }
        return try ProtobufReader(
            attribute.message.source, range, format: attribute.message.format
        ).string(range, limit: 64)
    }
}

import LTFNBytes
import LTFNCheckpoint

/// All tensors of a model and what else it says, found by one walk over its messages. Values are
/// passed over.
package struct ONNXContent {
    /// A tensor, and what it is called.
    struct Found {
        enum Values {
            case tensor(ONNXTensor)
            /// A number that is written as an attribute of its own.
            case number(DType, bytes: [UInt8])
            case numbers(DType, ProtobufNumbers)
        }

        /// Unique only among the initializers of the main graph.
        var name: String
        var isMain: Bool
        /// Whether nodes of the main graph know it by its name.
        var isInScope: Bool
        var values: Values

        /// Where it stands in the file.
        var offset: UInt64? {
            if case .tensor(let tensor) = values { tensor.offset } else { nil }
        }
    }

    private(set) var found: [Found] = []
    private(set) var header = ONNXHeader()
    /// What was passed over, counted.
    private(set) var passedOver: [PassedOver: Int] = [:]

    /// What holds values and is no variable.
    enum PassedOver: String, Comparable {
        case text = "text constant"
        case sparse = "sparse constant"
        case attributes = "tensor attribute"

        static func < (left: PassedOver, right: PassedOver) -> Bool {
            left.rawValue < right.rawValue
        }
    }
    private(set) var sparse: [String] = []
    /// The main graph.
    package private(set) var graph: ProtobufMessage
    private let limits: DecodingLimits
    private var tally = AvailableMemory.Tally()

    /// How deep graphs may stand in graphs; protocol buffers themselves end at about 33.
    private static let depthLimit = 64
    /// How long the way to a graph may be, in bytes.
    private static let pathByteLimit = 400

    /// - Throws: `notThisFormat`, `corrupt`, `truncated`, `limitExceeded`, `io`.
    package init(_ source: any ByteSource, limits: DecodingLimits) throws(FormatError) {
        self.limits = limits
        let model = ProtobufMessage(
            WindowedSource(source), [0..<source.byteCount], format: ONNXFormat.name)
        var graphs: [Range<UInt64>] = []
        var trainings: [Range<UInt64>] = []
        var functions: [Range<UInt64>] = []
        graph = model.message([])
        try model.forEachField { field, reader throws(FormatError) in
            guard case .bytes(let range) = field.value else {
                return try header.take(field, reader, limits: limits)
            }
            switch field.number {
            case ONNXField.Model.graph:
                try graphs.makeRoomForOne()
                graphs.append(range)
            case ONNXField.Model.trainingInfo:
                try trainings.makeRoomForOne()
                trainings.append(range)
            case ONNXField.Model.functions:
                try functions.makeRoomForOne()
                functions.append(range)
            default: try header.take(field, reader, limits: limits)
            }
        }
        guard !graphs.isEmpty else {
            throw FormatError(
                .notThisFormat, format: ONNXFormat.name,
                "There is no graph in the file; expected one in every ONNX model.")
        }
        // Every model has said so since version 3; it stands near the end, where files are cut off.
        guard header.irVersion < 3 || !header.opsets.isEmpty else {
            throw FormatError(
                .truncated, format: ONNXFormat.name, offset: source.byteCount,
                "The model does not say which operators it uses (opset_import); expected that in every "
                    + "model: its end may be missing.")
        }
        graph = model.message(graphs)
        try walk(graph: graph, path: nil, depth: 0)
        for (number, range) in functions.enumerated() {
            try walk(function: model.message([range]), number: number)
        }
        for (number, range) in trainings.enumerated() {
            try walk(training: model.message([range]), number: number, of: trainings.count)
        }
    }

    private mutating func add(_ item: Found) throws(FormatError) {
        guard found.count < limits.variableCount else {
            throw FormatError(
                .limitExceeded, format: ONNXFormat.name,
                "The model holds more than the \(limits.variableCount) tensors that are allowed.")
        }
        try tally.add(MemoryLayout<Found>.stride + item.name.utf8.count + 64)
        try found.makeRoomForOne()
        found.append(item)
    }

    private mutating func passOver(_ what: PassedOver) { passedOver[what, default: 0] += 1 }
}

// The messages that hold graphs.
extension ONNXContent {
    /// - Parameter path: the way to the graph; nil: it is the main one.
    private mutating func walk(
        graph: ProtobufMessage, path: String?, depth: Int
    ) throws(FormatError) {
        guard depth <= Self.depthLimit else {
            throw FormatError(
                .limitExceeded, format: ONNXFormat.name, offset: graph.pieces.first?.lowerBound,
                "Graphs stand in graphs more than \(Self.depthLimit) deep.")
        }
        var nodeNumber = 0
        try graph.forEachField { field, reader throws(FormatError) in
            guard case .bytes(let range) = field.value else { return }
            switch field.number {
            case ONNXField.Graph.node:
                try walk(
                    node: graph.message([range]), number: nodeNumber, path: path, depth: depth)
                nodeNumber += 1
            case ONNXField.Graph.initializer:
                let tensor = try ONNXTensor(graph.message([range]), limits: limits)
                try add(
                    Found(
                        name: Self.join(path, tensor.name), isMain: path == nil,
                        isInScope: path == nil, values: .tensor(tensor)))
            case ONNXField.Graph.sparseInitializer:
                try add(sparse: graph.message([range]), path: path)
            default: break
            }
        }
    }

    private mutating func walk(
        function: ProtobufMessage, number: Int
    ) throws(FormatError) {
        var name = ""
        try function.forEachField { field, reader throws(FormatError) in
            if field.number == ONNXField.Function.name, case .bytes(let range) = field.value {
                name = try reader.string(range)
            }
        }
        let path = Self.component(name, else: "function_\(number)")
        var nodeNumber = 0
        try function.forEachField { field, _ throws(FormatError) in
            guard field.number == ONNXField.Function.node, case .bytes(let range) = field.value
            else { return }
            try walk(node: function.message([range]), number: nodeNumber, path: path, depth: 0)
            nodeNumber += 1
        }
    }

    private mutating func walk(
        training: ProtobufMessage, number: Int, of count: Int
    ) throws(FormatError) {
        var graphs: [Int: [Range<UInt64>]] = [:]
        try training.forEachField { field, _ throws(FormatError) in
            if case .bytes(let range) = field.value {
                graphs[field.number, default: []].append(range)
            }
        }
        let start = count == 1 ? "training" : "training_\(number)"
        let parts = [
            (ONNXField.Training.initialization, "initialization"),
            (ONNXField.Training.algorithm, "algorithm"),
        ]
        for (field, name) in parts {
            guard let pieces = graphs[field] else { continue }
            try walk(graph: training.message(pieces), path: start + "/" + name, depth: 0)
        }
    }

    private mutating func add(sparse message: ProtobufMessage, path: String?) throws(FormatError) {
        var values: [Range<UInt64>] = []
        try message.forEachField { field, _ throws(FormatError) in
            if field.number == ONNXField.SparseTensor.values, case .bytes(let range) = field.value {
                try values.makeRoomForOne()
                values.append(range)
            }
        }
        let tensor = try ONNXTensor(message.message(values), limits: limits)
        try tally.add(tensor.name.utf8.count + 64)
        sparse.append(Self.join(path, tensor.name))
    }
}

// Nodes.
extension ONNXContent {
    private mutating func walk(
        node message: ProtobufMessage, number: Int, path: String?, depth: Int
    ) throws(FormatError) {
        let node = try ONNXNode(message)
        let place = Self.component(node.name, else: "\(node.shortType)_\(number)")
        var hasValue = false
        for range in node.attributes {
            let attribute = try ONNXAttribute(message.message([range]))
            if node.isConstant {
                // A name that is longer than any of a variable is not kept for each value.
                let name =
                    node.outputs.first.flatMap { (1...1024).contains($0.utf8.count) ? $0 : nil }
                    ?? place
                if attribute.isConstantValue {
                    guard !hasValue else {
                        throw FormatError(
                            .corrupt, format: ONNXFormat.name, variable: String(name.prefix(100)),
                            "A Constant has several values; expected one.")
                    }
                    hasValue = true
                }
                try add(constant: attribute, name, path: path)
            } else {
                for _ in attribute.tensors { passOver(.attributes) }
            }
            let graphs = attribute.graphs
            for (index, pieces) in graphs.enumerated() {
                let name = attribute.name + (graphs.count == 1 ? "" : "_\(index)")
                try walk(
                    graph: message.message(pieces),
                    path: Self.shortened(Self.join(Self.join(path, place), name)),
                    depth: depth + 1)
            }
        }
    }

    private mutating func add(
        constant attribute: ONNXAttribute, _ name: String, path: String?
    ) throws(FormatError) {
        let values: Found.Values
        switch attribute.name {
        case "value":
            guard let pieces = attribute.tensor else { return }
            let tensor = try ONNXTensor(attribute.message.message(pieces), limits: limits)
            guard !tensor.isText else { return passOver(.text) }
            values = .tensor(tensor)
        case "value_float":
            values = .number(.f32, bytes: Self.bytes(UInt64(attribute.float), count: 4))
        case "value_int": values = .number(.i64, bytes: Self.bytes(attribute.int, count: 8))
        case "value_floats":
            values = .numbers(
                .f32,
                ProtobufNumbers(
                    attribute.message, field: ONNXField.Attribute.floats, coding: .fixed32))
        case "value_ints":
            values = .numbers(
                .i64,
                ProtobufNumbers(attribute.message, field: ONNXField.Attribute.ints, coding: .varint)
            )
        case "value_string", "value_strings": return passOver(.text)
        case "sparse_value": return passOver(.sparse)
        default: return
        }
        try add(
            Found(
                name: Self.join(path, name), isMain: false, isInScope: path == nil,
                values: values))
    }

    private static func bytes(_ bits: UInt64, count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: bits >> UInt64(8 * $0)) }
    }
}

// What is called how.
extension ONNXContent {
    private static func join(_ path: String?, _ name: String) -> String {
        path.map { $0 + "/" + name } ?? name
    }

    /// A step of a way: what it is called, unless that is nothing or long.
    private static func component(_ name: String, else other: String) -> String {
        name.isEmpty || name.utf8.count > 120 ? other : name
    }

    /// A long way by its beginning and its digest.
    private static func shortened(_ path: String) -> String {
        guard path.utf8.count > pathByteLimit else { return path }
        let digest = SHA256.digest(Array(path.utf8)).bytes.prefix(6)
        return String(path.prefix(60)) + "~" + Hexadecimal.string(Array(digest))
    }
}

extension ONNXAttribute {
    /// Whether a `Constant` has its value in it.
    fileprivate var isConstantValue: Bool { name.hasPrefix("value") || name == "sparse_value" }
}

import LTFNBytes
import LTFNCheckpoint

/// Model graphs as JSON: `{"name": …, "input": {"shape": [..], "scale": .., "offset": ..},
/// "layers": [{"name": "relu1", "operation": "relu"}, …]}`.
extension ModelGraph {
    var json: JSONValue {
        [
            "name": .string(name),
            "input": [
                "shape": .integers(input.shape.dimensions), "scale": .bits(input.scale),
                "offset": .bits(input.offset),
            ],
            "layers": .array(layers.map(\.json)),
        ]
    }

    /// - Throws: `corrupt`, `limitExceeded`, `notRepresentable`.
    init(json: JSONValue) throws(FormatError) {
        var fields = try JSONFields(json, of: "the graph")
        let name = try fields.string("name")
        var input = try JSONFields(fields.required("input"), of: "the input")
        let shape = try TensorShape(input.integers("shape"))
        let described = Input(
            shape: shape, scale: try input.f64("scale"), offset: try input.f64("offset"))
        try input.finish()
        guard case .array(let values) = try fields.required("layers") else {
            throw fields.mismatch("layers")
        }
        try fields.finish()
        var layers: [Layer] = []
        for value in values { layers.append(try Layer(json: value)) }
        self.init(name: name, input: described, layers: layers)
    }
}

extension Layer {
    fileprivate var json: JSONValue {
        .object([JSONMember("name", .string(name))] + operation.jsonMembers)
    }

    fileprivate init(json: JSONValue) throws(FormatError) {
        var fields = try JSONFields(json, of: "the layer")
        self.init(name: try fields.string("name"), operation: try Operation(&fields))
        try fields.finish()
    }
}

extension Layer.Operation {
    fileprivate var jsonMembers: [JSONMember] {
        switch self {
        case .convolution2D(let convolution):
            [
                JSONMember("operation", "convolution2d"),
                JSONMember("weights", .string(convolution.weights.string)),
                JSONMember("strides", convolution.strides.json),
                JSONMember("padding", .string(convolution.padding.rawValue)),
            ] + Self.bias(convolution.bias)
        case .relu: [JSONMember("operation", "relu")]
        case .maxPool2D(let window, let strides, let padding):
            [
                JSONMember("operation", "max_pool2d"), JSONMember("window", window.json),
                JSONMember("strides", strides.json),
                JSONMember("padding", .string(padding.rawValue)),
            ]
        case .flatten: [JSONMember("operation", "flatten")]
        case .dense(let weights, let bias):
            [
                JSONMember("operation", "dense"), JSONMember("weights", .string(weights.string)),
            ] + Self.bias(bias)
        }
    }

    private static func bias(_ name: VariableName?) -> [JSONMember] {
        name.map { [JSONMember("bias", .string($0.string))] } ?? []
    }

    fileprivate init(_ fields: inout JSONFields) throws(FormatError) {
        switch try fields.string("operation") {
        case "relu": self = .relu
        case "flatten": self = .flatten
        case "convolution2d":
            self = .convolution2D(
                Layer.Convolution2D(
                    weights: try VariableName(fields.string("weights")),
                    bias: try Self.bias(&fields), strides: try fields.size("strides"),
                    padding: try fields.padding()))
        case "max_pool2d":
            self = .maxPool2D(
                window: try fields.size("window"), strides: try fields.size("strides"),
                padding: try fields.padding())
        case "dense":
            self = .dense(
                weights: try VariableName(fields.string("weights")), bias: try Self.bias(&fields))
        default: throw fields.mismatch("operation")
        }
    }

    private static func bias(_ fields: inout JSONFields) throws(FormatError) -> VariableName? {
        guard let value = fields.optional("bias") else { return nil }
        guard case .string(let name) = value else { throw fields.mismatch("bias") }
        return try VariableName(name)
    }
}

extension Layer.Size2D {
    fileprivate var json: JSONValue { .integers([height, width]) }
}

extension JSONFields {
    fileprivate mutating func size(_ key: String) throws(FormatError) -> Layer.Size2D {
        let numbers = try integers(key)
        guard numbers.count == 2 else { throw mismatch(key) }
        return Layer.Size2D(numbers[0], numbers[1])
    }

    fileprivate mutating func padding() throws(FormatError) -> Layer.Padding {
        guard let padding = Layer.Padding(rawValue: try string("padding")) else {
            throw mismatch("padding")
        }
        return padding
    }
}

extension JSONValue {
    static func integers(_ numbers: [Int]) -> JSONValue {
        .array(numbers.map { .int(Int64($0)) })
    }
}

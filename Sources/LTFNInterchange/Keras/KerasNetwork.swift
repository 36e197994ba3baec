import LTFNBytes
import LTFNCheckpoint

/// The network that a `Sequential` of Keras is, when layers here can say it: images in, one layer
/// after the other, channels last.
struct KerasNetwork {
    /// Why it cannot.
    private static func obstacle(_ sentence: String) -> FormatError {
        FormatError(.unsupportedFeature, format: KerasFormat.name, sentence)
    }

    private enum Shape {
        case image(height: Int, width: Int, channels: Int)
        case vector(Int)
    }

    private let tensors: (VariableName) -> TensorInfo?
    private var layers: [Layer] = []
    private var shape: Shape
    private var input: ModelGraph.Input
    private var isFinished = false
    /// Whether the model itself says what is done to the bytes of an image.
    private(set) var isScaleKnown = false

    private static let dtypes: Set<DType> = [.f32, .f16, .bf16]

    /// - Throws: `unsupportedFeature` with the end of a sentence that says why it is no such
    ///   network.
    static func graph(
        _ model: KerasModel, tensors: @escaping (VariableName) -> TensorInfo?
    ) throws(FormatError) -> (graph: ModelGraph, isScaleKnown: Bool) {
        if let obstacle = model.obstacle { throw Self.obstacle(obstacle) }
        var network = try KerasNetwork(model, tensors)
        for layer in model.layers { try network.add(layer) }
        guard case .vector = network.shape, !network.layers.isEmpty else {
            throw Self.obstacle("it does not end with a vector for each image")
        }
        let graph = ModelGraph(name: model.name, input: network.input, layers: network.layers)
        return (graph, network.isScaleKnown)
    }

    private init(
        _ model: KerasModel, _ tensors: @escaping (VariableName) -> TensorInfo?
    ) throws(FormatError) {
        let first = model.layers.first?.config
        let stated =
            first?["batch_shape"] ?? first?["batch_input_shape"] ?? model.inputShape ?? .null
        guard case .array(let extents) = stated, extents.count == 4,
            let sides = JSONValue.array(Array(extents.dropFirst())).integers,
            sides.allSatisfy({ (1...1 << 20).contains($0) })
        else {
            throw Self.obstacle(
                "its input is no batch of images [N, H, W, C] of a size that is known")
        }
        self.tensors = tensors
        shape = .image(height: sides[0], width: sides[1], channels: sides[2])
        input = ModelGraph.Input(shape: try TensorShape(sides), scale: 1.0 / 255, offset: 0)
    }

    private static func named(_ layer: KerasModel.Layer) -> String {
        "\"\(layer.name.prefix(60))\" (\(layer.className.prefix(40)))"
    }

    private mutating func append(_ name: String, _ operation: Layer.Operation) {
        layers.append(Layer(name: name, operation: operation))
    }
}

// Layers.
extension KerasNetwork {
    private mutating func add(_ layer: KerasModel.Layer) throws(FormatError) {
        switch layer.className {
        // In a network that is run, not trained, they do nothing.
        case "InputLayer", "Dropout", "SpatialDropout2D", "GaussianDropout", "GaussianNoise",
            "AlphaDropout", "ActivityRegularization":
            return
        default: break
        }
        guard !isFinished else {
            throw Self.obstacle("\(Self.named(layer)) comes after the classes")
        }
        switch layer.className {
        case "Rescaling": try addScaling(layer)
        case "Conv2D", "Convolution2D":
            try addConvolution(layer)
            try addActivation(layer, suffix: "_")
        case "Dense":
            try addDense(layer)
            try addActivation(layer, suffix: "_")
        case "MaxPooling2D": try addPool(layer)
        case "Flatten":
            try expectChannelsLast(layer)
            if case .image(let height, let width, let channels) = shape {
                guard let count = try? TensorShape([height, width, channels]).elementCount else {
                    throw Self.obstacle(
                        "\(Self.named(layer)) makes more values than there are numbers for")
                }
                append(layer.name, .flatten)
                shape = .vector(count)
            }
        case "Activation": try addActivation(layer, suffix: nil)
        case "ReLU":
            let isPlain =
                (layer.config["max_value"] ?? .null).isNull
                && ["negative_slope", "threshold"].allSatisfy {
                    let value = layer.config[$0] ?? .null
                    return value.isNull || value.number == 0
                }
            guard isPlain else { throw Self.obstacle("\(Self.named(layer)) is no plain ReLU") }
            append(layer.name, .relu)
        case "Softmax": try addSoftmax(layer)
        default:
            throw Self.obstacle("\(Self.named(layer)) is none of the layers that are known")
        }
    }

    private mutating func addScaling(_ layer: KerasModel.Layer) throws(FormatError) {
        guard layers.isEmpty, !isScaleKnown, let scale = layer.config["scale"]?.number,
            let offset = (layer.config["offset"] ?? .int(0)).number
        else { throw Self.obstacle("\(Self.named(layer)) does not scale the images alone") }
        input.scale = scale
        input.offset = offset
        isScaleKnown = true
    }

    /// - Parameter suffix: what follows the name of a layer that does more; nil: it does nothing
    ///   else.
    private mutating func addActivation(
        _ layer: KerasModel.Layer, suffix: String?
    ) throws(FormatError) {
        let value = layer.config["activation"] ?? .null
        let word = value.isNull ? "linear" : value.text ?? value["class_name"]?.text ?? ""
        switch word {
        case "linear": return
        case "relu": append(layer.name + (suffix.map { $0 + "relu" } ?? ""), .relu)
        case "softmax": try addSoftmax(layer)
        default:
            throw Self.obstacle(
                "the activation of \(Self.named(layer)) is \"\(word.prefix(40))\", and that of a layer "
                    + "here is relu")
        }
    }

    private mutating func addSoftmax(_ layer: KerasModel.Layer) throws(FormatError) {
        let axis = layer.config["axis"] ?? .int(-1)
        guard case .vector = shape, axis == .int(-1) || axis == .int(1) else {
            throw Self.obstacle("\(Self.named(layer)) is not over the classes")
        }
        isFinished = true
    }

    private mutating func addConvolution(_ layer: KerasModel.Layer) throws(FormatError) {
        let image = try image(layer)
        try expectChannelsLast(layer)
        let weights = try variable(layer, 0, rank: 4)
        let kernel = weights.tensor.shape.dimensions
        guard kernel[2] == image.channels, kernel[3] > 0,
            (layer.config["groups"]?.u64 ?? 1) == 1,
            try size(layer, "dilation_rate", else: Layer.Size2D(1, 1)) == Layer.Size2D(1, 1)
        else {
            throw Self.obstacle(
                "the kernel of \(Self.named(layer)) has gaps, or does not take all channels at once"
            )
        }
        let strides = try size(layer, "strides", else: Layer.Size2D(1, 1))
        let padding = try padding(layer)
        append(
            layer.name,
            .convolution2D(
                Layer.Convolution2D(
                    weights: weights.name, bias: try bias(layer, count: kernel[3]),
                    strides: strides, padding: padding)))
        try slide(layer, Layer.Size2D(kernel[0], kernel[1]), strides, padding, channels: kernel[3])
    }

    private mutating func addPool(_ layer: KerasModel.Layer) throws(FormatError) {
        let image = try image(layer)
        try expectChannelsLast(layer)
        let window = try size(layer, "pool_size", else: Layer.Size2D(2, 2))
        let strides = try size(layer, "strides", else: window)
        let padding = try padding(layer)
        append(
            layer.name, .maxPool2D(window: window, strides: strides, padding: padding))
        try slide(layer, window, strides, padding, channels: image.channels)
    }

    private mutating func addDense(_ layer: KerasModel.Layer) throws(FormatError) {
        guard case .vector(let count) = shape else {
            throw Self.obstacle("\(Self.named(layer)) takes images, not vectors")
        }
        let weights = try variable(layer, 0, rank: 2)
        let kernel = weights.tensor.shape.dimensions
        guard kernel[0] == count, kernel[1] > 0 else {
            throw Self.obstacle(
                "the kernel of \(Self.named(layer)) does not fit what comes before it")
        }
        append(
            layer.name,
            .dense(weights: weights.name, bias: try bias(layer, count: kernel[1])))
        shape = .vector(kernel[1])
    }
}

// What layers say and take.
extension KerasNetwork {
    private func image(
        _ layer: KerasModel.Layer
    ) throws(FormatError) -> (height: Int, width: Int, channels: Int) {
        guard case .image(let height, let width, let channels) = shape else {
            throw Self.obstacle("\(Self.named(layer)) takes vectors, not images")
        }
        return (height, width, channels)
    }

    private func expectChannelsLast(_ layer: KerasModel.Layer) throws(FormatError) {
        let order = layer.config["data_format"] ?? .null
        guard order.isNull || order.text == "channels_last" else {
            throw Self.obstacle("\(Self.named(layer)) has its channels first")
        }
    }

    private func size(
        _ layer: KerasModel.Layer, _ key: String, else usual: Layer.Size2D
    ) throws(FormatError) -> Layer.Size2D {
        let value = layer.config[key] ?? .null
        if value.isNull { return usual }
        let extents =
            value.integers ?? value.u64.map { [Int(clamping: $0), Int(clamping: $0)] } ?? []
        guard extents.count == 2, extents.allSatisfy({ (1...1 << 20).contains($0) }) else {
            throw Self.obstacle("the \(key) of \(Self.named(layer)) are no two numbers")
        }
        return Layer.Size2D(extents[0], extents[1])
    }

    private func padding(_ layer: KerasModel.Layer) throws(FormatError) -> Layer.Padding {
        guard let padding = Layer.Padding(rawValue: layer.config["padding"]?.text ?? "valid") else {
            throw Self.obstacle("\(Self.named(layer)) pads images in a way that no layer here does")
        }
        return padding
    }

    private mutating func slide(
        _ layer: KerasModel.Layer, _ window: Layer.Size2D, _ strides: Layer.Size2D,
        _ padding: Layer.Padding, channels: Int
    ) throws(FormatError) {
        let image = try image(layer)
        func count(_ extent: Int, _ window: Int, _ stride: Int) -> Int {
            switch padding {
            case .same: (extent - 1) / stride + 1
            case .valid: extent < window ? 0 : (extent - window) / stride + 1
            }
        }
        let rows = count(image.height, window.height, strides.height)
        let columns = count(image.width, window.width, strides.width)
        guard rows > 0, columns > 0, window.height > 0, window.width > 0 else {
            throw Self.obstacle("the window of \(Self.named(layer)) does not fit")
        }
        shape = .image(height: rows, width: columns, channels: channels)
    }

    private func variable(
        _ layer: KerasModel.Layer, _ index: Int, rank: Int
    ) throws(FormatError) -> (name: VariableName, tensor: TensorInfo) {
        guard index < layer.variables.count, let tensor = tensors(layer.variables[index]),
            tensor.shape.rank == rank, Self.dtypes.contains(tensor.dtype),
            tensor.shape.dimensions.allSatisfy({ $0 <= 1 << 31 })
        else {
            throw Self.obstacle(
                "what \(Self.named(layer)) takes is not among the values that are read")
        }
        return (layer.variables[index], tensor)
    }

    private func bias(
        _ layer: KerasModel.Layer, count: Int
    ) throws(FormatError) -> VariableName? {
        if layer.config["use_bias"] == false { return nil }
        let bias = try variable(layer, 1, rank: 1)
        guard bias.tensor.shape.dimensions == [count] else {
            throw Self.obstacle("the bias of \(Self.named(layer)) does not fit its kernel")
        }
        return bias.name
    }
}

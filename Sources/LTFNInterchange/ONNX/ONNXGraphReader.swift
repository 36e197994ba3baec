import LTFNBytes
import LTFNCheckpoint

/// The network of a model as layers, when it is one that can be said so: images in, one layer after
/// the other.
struct ONNXGraphReader {
    /// Why it cannot.
    ///
    /// - Parameter sentence: the end of one.
    private static func obstacle(_ sentence: String) -> FormatError {
        FormatError(.unsupportedFeature, format: ONNXFormat.name, sentence)
    }

    /// What a variable of the graph is here.
    struct Parameter {
        var name: VariableName
        var tensor: TensorInfo
        /// The values, when they are a few integers.
        var integers: () throws(FormatError) -> [Int64]
    }

    /// In which order the dense kernels of the network stand.
    private struct DenseOrder {
        /// Whether they are [out, in]; nil: there has been none.
        var isOutputFirst: Bool?
        /// Whether feature maps are flattened as [C, H, W]; nil: it makes no difference.
        var flattensChannelsFirst: Bool?

        /// Convolutions are [O, I, H, W] always; nil: there is no name for it.
        var layout: KernelLayout? {
            switch (isOutputFirst ?? true, flattensChannelsFirst ?? true) {
            case (true, true): .pytorch
            case (false, true): .onnxMatMul
            case (false, false): .onnxMatMulChannelsLast
            case (true, false): nil
            }
        }
    }

    private enum Shape {
        case image(channels: Int, height: Int, width: Int)
        case vector(Int)
    }

    /// By what they are called in the graph.
    private let parameters: [ByteString: Parameter]
    private var layers: [Layer] = []
    private var shape: Shape
    /// Whether images are [N, H, W, C] now.
    private var isChannelsLast: Bool
    private var order = DenseOrder()
    private var numbers = ONNXShapeNumbers()
    /// What has been computed so far.
    private var value: String
    private var isFinished = false

    /// - Throws: `unsupportedFeature` with the end of a sentence that says why it is no such
    ///   network; `corrupt`, `truncated`, `io`.
    static func graph(
        _ source: ONNXGraph, _ parameters: [ByteString: Parameter], properties: [String: String]
    ) throws(FormatError) -> (graph: ModelGraph, layout: KernelLayout) {
        let inputs = source.inputs.filter { parameters[ByteString($0.name)] == nil }
        guard inputs.count == 1, let input = inputs.first else {
            throw Self.obstacle("it has \(inputs.count) inputs, and a network here has one")
        }
        let extents = input.shape.dropFirst().map { $0.flatMap { Int(exactly: $0) } ?? 0 }
        guard input.type == 1, input.shape.count == 4,
            extents.allSatisfy({ (1...1 << 31).contains($0) })
        else {
            throw Self.obstacle(
                "its input \"\(input.name.prefix(60))\" is no batch of float32 images "
                    + "[N, C, H, W] or [N, H, W, C] of a size that is known")
        }
        let nodes = source.nodes.filter { !$0.node.isConstant }
        let first = nodes.first { !["Shape", "Gather", "Slice"].contains($0.node.opType) }
        let isChannelsLast = try first.map { node throws(FormatError) in
            try Self.takesChannelsLast(node, parameters)
        }
        var reader = ONNXGraphReader(
            parameters: parameters, extents: extents, isChannelsLast: isChannelsLast ?? false,
            value: input.name)
        let image = reader.shape
        for node in nodes { try reader.add(node) }
        guard case .vector = reader.shape, !reader.layers.isEmpty else {
            throw Self.obstacle("it does not end with a vector for each image")
        }
        guard source.outputs == [reader.value] else {
            throw Self.obstacle("its outputs are not what its last node makes")
        }
        guard case .image(let channels, let height, let width) = image,
            let layout = reader.order.layout
        else {
            throw Self.obstacle(
                "its dense kernels are [out, in], after feature maps of [height, width, channels]")
        }
        let scaling = Self.scaling(properties)
        let graph = ModelGraph(
            name: source.name.isEmpty ? "onnx" : source.name,
            input: ModelGraph.Input(
                shape: try TensorShape([height, width, channels]),
                scale: scaling.scale, offset: scaling.offset),
            layers: reader.layers)
        return (graph, layout)
    }

    private init(
        parameters: [ByteString: Parameter], extents: [Int], isChannelsLast: Bool, value: String
    ) {
        self.parameters = parameters
        self.isChannelsLast = isChannelsLast
        self.value = value
        shape =
            isChannelsLast
            ? .image(channels: extents[2], height: extents[0], width: extents[1])
            : .image(channels: extents[0], height: extents[1], width: extents[2])
        numbers.know(shapeNumbers, of: value)
    }

    /// The shape of what has been computed so far.
    private var shapeNumbers: [ONNXShapeNumbers.Extent] {
        let extents =
            switch shape {
            case .vector(let count): [count]
            case .image(let channels, let height, let width):
                isChannelsLast ? [height, width, channels] : [channels, height, width]
            }
        return [.images] + extents.map { .number(Int64($0)) }
    }

    /// Whether the first node of a network makes images [N, C, H, W] of images [N, H, W, C].
    private static func takesChannelsLast(
        _ node: ONNXGraph.Node, _ parameters: [ByteString: Parameter]
    ) throws(FormatError) -> Bool {
        switch node.node.opType {
        case "Transpose": try node.ints("perm") == [0, 3, 1, 2]
        // What a transpose of one channel is optimized to.
        case "Reshape": try target(of: node, parameters)?.count == 4
        default: false
        }
    }

    /// The shape that a node of type `Reshape` makes; nil when the model does not know it.
    private static func target(
        of node: ONNXGraph.Node, _ parameters: [ByteString: Parameter],
        _ numbers: ONNXShapeNumbers = ONNXShapeNumbers()
    ) throws(FormatError) -> [ONNXShapeNumbers.Extent]? {
        guard node.node.inputs.count == 2 else { return nil }
        let extents = try numbers.extents(node.node.inputs[1], parameters)
        guard let extents, [2, 4].contains(extents.count) else { return nil }
        // 0 is none then, not the extent that there was.
        let allowsZero = node.int("allowzero", else: 0) != 0
        return allowsZero && extents.contains(.number(0)) ? nil : extents
    }

    /// The key under which a model may say what its pixels range over.
    static let pixelRangeKey = "Image.NominalPixelRange"

    /// What is done to bytes first.
    private static func scaling(
        _ properties: [String: String]
    ) -> (scale: Double, offset: Double) {
        switch properties[pixelRangeKey] {
        case "NominalRange_0_255": (1, 0)
        case "Normalized_1_1": (2.0 / 255, -1)
        default: (1.0 / 255, 0)
        }
    }
}

// Nodes.
extension ONNXGraphReader {
    private mutating func add(_ node: ONNXGraph.Node) throws(FormatError) {
        let (inputs, type) = (node.node.inputs, node.node.opType)
        guard node.node.isStandard else {
            throw Self.obstacle("\(Self.named(node)) is of \(node.node.domain.prefix(60))")
        }
        if try numbers.add(node, parameters) { return }
        guard inputs.first == value || type == "Add" && inputs.last == value,
            let output = node.node.outputs.first, !isFinished,
            node.node.outputs.dropFirst().allSatisfy({ $0.isEmpty || type == "Dropout" })
        else { throw Self.obstacle("\(Self.named(node)) does not follow the one before it") }
        switch type {
        case "Conv": try addConvolution(node)
        case "Relu": append(node, .relu)
        case "MaxPool": try addPool(node)
        case "Flatten": try addFlatten(node)
        case "Reshape": try addReshape(node)
        case "Transpose": try addTranspose(node)
        case "Gemm":
            guard node.float("alpha", else: 1) == 1, node.float("beta", else: 1) == 1,
                node.int("transA", else: 0) == 0
            else { throw Self.obstacle("\(Self.named(node)) multiplies by more than its kernel") }
            try addDense(node, outputFirst: node.int("transB", else: 0) != 0)
        case "MatMul": try addDense(node, outputFirst: false)
        case "Add": try addBias(node)
        case "Softmax", "LogSoftmax":
            guard case .vector = shape, [1, -1].contains(node.int("axis", else: -1)) else {
                throw Self.obstacle("\(Self.named(node)) is not over the classes")
            }
            isFinished = true
        // In a network that is run, not trained, they do nothing.
        case "Identity", "Dropout": break
        default: throw Self.obstacle("\(Self.named(node)) is none of the layers that are known")
        }
        value = output
        numbers.know(shapeNumbers, of: value)
    }

    private static func named(_ node: ONNXGraph.Node) -> String {
        let name = node.node.name.isEmpty ? node.node.outputs.first ?? "" : node.node.name
        return "\"\(name.prefix(60))\" (\(node.node.opType.prefix(40)))"
    }

    private mutating func append(_ node: ONNXGraph.Node, _ operation: Layer.Operation) {
        let name = node.node.name.isEmpty ? node.node.outputs.first ?? "" : node.node.name
        layers.append(Layer(name: name, operation: operation))
    }

    private mutating func addConvolution(_ node: ONNXGraph.Node) throws(FormatError) {
        let (channels, height, width) = try image(node)
        let weights = try parameter(node, 1, rank: 4)
        let kernel = weights.tensor.shape.dimensions
        guard node.int("group", else: 1) == 1, kernel[1] == channels, kernel[0] > 0 else {
            throw Self.obstacle(
                "the kernel of \(Self.named(node)) does not take all channels at once")
        }
        let window = Layer.Size2D(kernel[2], kernel[3])
        if let stated = try node.ints("kernel_shape"),
            stated != [kernel[2], kernel[3]].map(Int64.init)
        {
            throw Self.obstacle("\(Self.named(node)) says another shape than its kernel has")
        }
        let place = try WindowReader(node, window, height: height, width: width)
        append(
            node,
            .convolution2D(
                Layer.Convolution2D(
                    weights: weights.name, bias: try bias(node, 2, count: kernel[0]),
                    strides: place.strides, padding: place.padding)))
        shape = .image(channels: kernel[0], height: place.height, width: place.width)
    }

    private mutating func addPool(_ node: ONNXGraph.Node) throws(FormatError) {
        let (channels, height, width) = try image(node)
        guard let stated = try node.ints("kernel_shape"), stated.count == 2,
            stated.allSatisfy({ (1...1 << 31).contains($0) }),
            node.int("storage_order", else: 0) == 0
        else { throw Self.obstacle("the window of \(Self.named(node)) is not known") }
        let window = Layer.Size2D(Int(stated[0]), Int(stated[1]))
        let place = try WindowReader(node, window, height: height, width: width)
        append(
            node,
            .maxPool2D(window: window, strides: place.strides, padding: place.padding))
        shape = .image(channels: channels, height: place.height, width: place.width)
    }

    /// What stands for all images, or, in a model for one image, for one.
    private static let maybeAllImages: [ONNXShapeNumbers.Extent] = [
        .images, .number(-1), .number(0), .number(1),
    ]

    private mutating func addFlatten(_ node: ONNXGraph.Node) throws(FormatError) {
        guard node.int("axis", else: 1) == 1 else {
            throw Self.obstacle("\(Self.named(node)) does not keep the images apart")
        }
        try flatten(node)
    }

    private mutating func addReshape(_ node: ONNXGraph.Node) throws(FormatError) {
        let count = try elementCount(node)
        guard let extents = try Self.target(of: node, parameters, numbers) else {
            throw Self.obstacle(
                "\(Self.named(node)) makes no vector for each image of a length that is known")
        }
        if extents.count == 4 { return try addChannelMove(node, extents) }
        let isVector =
            extents[1] == .number(Int64(count)) && Self.maybeAllImages.contains(extents[0])
            || extents[1] == .number(-1) && Self.maybeAllImages.contains(extents[0])
                && extents[0] != .number(-1)
        guard isVector else {
            throw Self.obstacle("\(Self.named(node)) makes no vector for each image")
        }
        try flatten(node)
    }

    private mutating func flatten(_ node: ONNXGraph.Node) throws(FormatError) {
        let count = try elementCount(node)
        if case .image(let channels, let height, let width) = shape {
            // Otherwise both orders are the same.
            if channels > 1, height > 1 || width > 1 {
                guard order.flattensChannelsFirst != isChannelsLast else {
                    throw Self.obstacle("\(Self.named(node)) flattens in another order")
                }
                order.flattensChannelsFirst = !isChannelsLast
            }
            append(node, .flatten)
        }
        shape = .vector(count)
    }

    private mutating func addTranspose(_ node: ONNXGraph.Node) throws(FormatError) {
        guard case .image = shape,
            try node.ints("perm") == (isChannelsLast ? [0, 3, 1, 2] : [0, 2, 3, 1])
        else { throw Self.obstacle("\(Self.named(node)) does not move the channels alone") }
        isChannelsLast.toggle()
    }

    /// A reshape of images of one channel from [N, H, W, 1] to [N, 1, H, W], or back.
    private mutating func addChannelMove(
        _ node: ONNXGraph.Node, _ extents: [ONNXShapeNumbers.Extent]
    ) throws(FormatError) {
        guard case .image(1, let height, let width) = shape,
            Self.maybeAllImages.contains(extents[0]),
            Array(extents.dropFirst())
                == (isChannelsLast ? [1, height, width] : [height, width, 1])
                .map({ .number(Int64($0)) })
        else { throw Self.obstacle("\(Self.named(node)) does not keep the images") }
        isChannelsLast.toggle()
    }

    private func elementCount(_ node: ONNXGraph.Node) throws(FormatError) -> Int {
        switch shape {
        case .vector(let count): return count
        case .image(let channels, let height, let width):
            guard let count = try? TensorShape([channels, height, width]).elementCount else {
                throw Self.obstacle(
                    "\(Self.named(node)) makes more values than there are numbers for")
            }
            return count
        }
    }

    private mutating func addDense(
        _ node: ONNXGraph.Node, outputFirst: Bool
    ) throws(FormatError) {
        guard case .vector(let count) = shape else {
            throw Self.obstacle("\(Self.named(node)) takes images, not vectors")
        }
        guard order.isOutputFirst != !outputFirst else {
            throw Self.obstacle(
                "the kernel of \(Self.named(node)) is \(outputFirst ? "[out, in]" : "[in, out]"), "
                    + "unlike that of another dense layer")
        }
        order.isOutputFirst = outputFirst
        let weights = try parameter(node, 1, rank: 2)
        let kernel = weights.tensor.shape.dimensions
        let (inputs, outputs) = outputFirst ? (kernel[1], kernel[0]) : (kernel[0], kernel[1])
        guard inputs == count, outputs > 0 else {
            throw Self.obstacle(
                "the kernel of \(Self.named(node)) does not fit what comes before it")
        }
        append(node, .dense(weights: weights.name, bias: try bias(node, 2, count: outputs)))
        shape = .vector(outputs)
    }

    /// What is added to a dense layer that has no bias yet.
    private mutating func addBias(_ node: ONNXGraph.Node) throws(FormatError) {
        guard case .vector(let count) = shape, let layer = layers.last,
            case .dense(let weights, nil) = layer.operation
        else { throw Self.obstacle("\(Self.named(node)) adds to what is no dense layer") }
        let index = node.node.inputs.first == value ? 1 : 0
        guard let bias = try bias(node, index, count: count) else {
            throw Self.obstacle("\(Self.named(node)) adds nothing")
        }
        layers[layers.count - 1].operation = .dense(weights: weights, bias: bias)
    }
}

// What nodes take.
extension ONNXGraphReader {
    private func image(
        _ node: ONNXGraph.Node
    ) throws(FormatError) -> (channels: Int, height: Int, width: Int) {
        guard case .image(let channels, let height, let width) = shape, !isChannelsLast else {
            throw Self.obstacle("\(Self.named(node)) takes no images [N, C, H, W]")
        }
        return (channels, height, width)
    }

    private func parameter(
        _ node: ONNXGraph.Node, _ index: Int, rank: Int
    ) throws(FormatError) -> Parameter {
        guard node.node.inputs.count > index,
            let found = parameters[ByteString(node.node.inputs[index])],
            found.tensor.shape.rank == rank,
            [.f32, .f16, .bf16].contains(found.tensor.dtype),
            found.tensor.shape.dimensions.allSatisfy({ $0 <= 1 << 31 })
        else {
            throw Self.obstacle(
                "what \(Self.named(node)) takes is not among the values that are read")
        }
        return found
    }

    private func bias(
        _ node: ONNXGraph.Node, _ index: Int, count: Int
    ) throws(FormatError) -> VariableName? {
        guard node.node.inputs.count > index, !node.node.inputs[index].isEmpty else { return nil }
        let bias = try parameter(node, index, rank: 1)
        guard bias.tensor.shape.dimensions == [count] else {
            throw Self.obstacle("the bias of \(Self.named(node)) does not fit its kernel")
        }
        return bias.name
    }

    /// How a window goes over an image, by TensorFlow's rules of padding.
    private struct WindowReader {
        let strides: Layer.Size2D
        let padding: Layer.Padding
        let height: Int
        let width: Int

        init(
            _ node: ONNXGraph.Node, _ window: Layer.Size2D, height: Int, width: Int
        ) throws(FormatError) {
            let strides = try node.ints("strides") ?? [1, 1]
            let dilations = try node.ints("dilations") ?? [1, 1]
            guard window.height > 0, window.width > 0, strides.count == 2,
                strides.allSatisfy({ (1...1 << 31).contains($0) }),
                dilations == [1, 1]
            else {
                throw ONNXGraphReader.obstacle(
                    "\(ONNXGraphReader.named(node)) has strides or gaps of another kind")
            }
            self.strides = Layer.Size2D(Int(strides[0]), Int(strides[1]))
            let axes = [
                (height, window.height, Int(strides[0])), (width, window.width, Int(strides[1])),
            ]
            let valid = axes.map { Self.valid($0.0, $0.1, $0.2) }
            let same = axes.map { Self.same($0.0, $0.1, $0.2) }
            let pads = try node.ints("pads") ?? [0, 0, 0, 0]
            let isCeiled = node.int("ceil_mode", else: 0) != 0
            switch try node.string("auto_pad") ?? "NOTSET" {
            case "SAME_UPPER": padding = .same
            case "VALID": padding = .valid
            case "NOTSET" where pads == [0, 0, 0, 0]: padding = .valid
            case "NOTSET"
            where pads
                == [same[0].before, same[1].before, same[0].after, same[1].after]
                .map(Int64.init):
                padding = .same
            default:
                throw ONNXGraphReader.obstacle(
                    "\(ONNXGraphReader.named(node)) pads images in a way that no layer here does")
            }
            let places =
                padding == .same ? same.map { Optional($0.count) } : valid.map { $0?.count }
            guard let rows = places[0], let columns = places[1],
                !isCeiled || padding == .valid && valid.allSatisfy({ $0?.rest == 0 })
            else {
                throw ONNXGraphReader.obstacle(
                    "the window of \(ONNXGraphReader.named(node)) does not fit")
            }
            self.height = rows
            self.width = columns
        }

        private static func valid(
            _ input: Int, _ window: Int, _ stride: Int
        ) -> (count: Int, rest: Int)? {
            guard window > 0, window <= input else { return nil }
            return ((input - window) / stride + 1, (input - window) % stride)
        }

        private static func same(
            _ input: Int, _ window: Int, _ stride: Int
        ) -> (count: Int, before: Int, after: Int) {
            let count = (input - 1) / stride + 1
            let zeros = max(0, (count - 1) * stride + window - input)
            return (count, zeros / 2, zeros - zeros / 2)
        }
    }
}

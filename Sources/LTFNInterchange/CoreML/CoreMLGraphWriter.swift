import LTFNBytes
import LTFNCheckpoint

/// The network of a model that is written, as Core ML runs it, when there is one; what no layer
/// uses are constants of it.
struct CoreMLGraphWriter {
    /// In which Core ML has kernels; they are written as they are.
    static let layout = KernelLayout.pytorch

    /// Why the network cannot be written so that apps run it.
    private struct Obstacle: Error {
        var sentence: String
    }

    private enum Shape {
        case image(height: Int, width: Int, channels: Int)
        case vector(Int)
    }

    /// The network, whose gaps are the values of variables by their positions.
    private(set) var network = ProtobufDraft()
    /// What goes in and comes out, as fields of the description.
    private(set) var features = ProtobufWriter()
    /// The variables in the order of their values.
    private(set) var order: [Int] = []
    /// What weights are called by their layers, and as variables.
    private(set) var names: [(layer: String, variable: String)] = []
    /// Why apps cannot run the network, though there is one: the end of a sentence.
    private(set) var obstacle: String?

    private var manifest: Manifest
    /// The variables that layers use.
    private var used: Set<Int> = []
    private var layerNames = DistinctNames(EmptyCollection<String>())
    private var valueNames = DistinctNames(EmptyCollection<String>())
    /// What has been computed so far.
    private var value = ""
    private var shape = Shape.vector(0)

    init(_ manifest: Manifest) {
        self.manifest = manifest
        if let graph = manifest.graph {
            let empty = self
            do {
                try add(graph)
            } catch {
                self = empty
                obstacle = error.sentence
            }
        }
        for index in manifest.variables.indices where !used.contains(index) { addConstant(index) }
    }

    /// A variable that no layer uses: a layer of its own, called as it.
    private mutating func addConstant(_ index: Int) {
        let variable = manifest.variables[index]
        let name = layerNames.take(variable.name.string)
        var head = ProtobufWriter()
        head.string(CoreMLField.Layer.name, name)
        head.string(CoreMLField.Layer.output, valueNames.take(name))
        var fields = ProtobufWriter()
        fields.packed(CoreMLField.Constant.shape, variable.tensor.shape.dimensions)
        var constant = ProtobufDraft()
        constant.add(fields)
        constant.message(CoreMLField.Constant.data, weights(index))
        addLayer(head, CoreMLField.Layer.loadConstantND, constant)
        names.append((name, variable.name.string))
    }

    private mutating func addLayer(
        _ head: ProtobufWriter, _ kind: Int, _ parameters: ProtobufDraft
    ) {
        var layer = ProtobufDraft()
        layer.add(head)
        layer.message(kind, parameters)
        network.message(CoreMLField.Network.layers, layer)
    }

    private mutating func weights(_ index: Int) -> ProtobufDraft {
        let tensor = manifest.variables[index].tensor
        let field =
            tensor.dtype == .f16 ? CoreMLField.Weights.halves : CoreMLField.Weights.floats
        var weights = ProtobufDraft()
        weights.gap(field, index: index, byteCount: tensor.byteCount)
        order.append(index)
        return weights
    }
}

// The network.
extension CoreMLGraphWriter {
    private mutating func add(_ graph: ModelGraph) throws(Obstacle) {
        let dimensions = graph.input.shape.dimensions
        guard dimensions.count == 3, dimensions.allSatisfy({ (1...1 << 31).contains($0) }) else {
            throw Obstacle(sentence: "its input of shape \(graph.input.shape) is no image")
        }
        let layout = (try? manifest.recordedKernelLayout() ?? .tensorflow) ?? nil
        guard layout == Self.layout else {
            throw Obstacle(
                sentence:
                    "its kernels are in the layout of \(layout?.rawValue ?? "another program"), "
                    + "not in that of \(Self.layout.rawValue), which Core ML has, too")
        }
        shape = .image(height: dimensions[0], width: dimensions[1], channels: dimensions[2])
        try addInput(graph)
        for (index, layer) in graph.layers.enumerated() {
            try add(layer, isLast: index == graph.layers.count - 1)
        }
        guard case .vector(let count) = shape, !graph.layers.isEmpty else {
            throw Obstacle(sentence: "its last layer makes no vector of logits")
        }
        addOutput(value, "What the last layer makes, of each class.", count)
        let logits = value
        let name = layerNames.take("softmax")
        value = valueNames.take("probabilities")
        addLayer(head(name, logits), CoreMLField.Layer.softmax, ProtobufDraft())
        addOutput(value, "How probable each class is.", count)
    }

    private func head(_ name: String, _ input: String) -> ProtobufWriter {
        var head = ProtobufWriter()
        head.string(CoreMLField.Layer.name, name)
        head.string(CoreMLField.Layer.input, input)
        head.string(CoreMLField.Layer.output, value)
        return head
    }

    private mutating func add(_ layer: Layer, isLast: Bool) throws(Obstacle) {
        let input = value
        let name = layerNames.take(layer.name.isEmpty ? "layer" : layer.name)
        value = valueNames.take(isLast ? "logits" : name)
        let head = head(name, input)
        switch layer.operation {
        case .relu:
            var relu = ProtobufWriter()
            relu.message(CoreMLField.Activation.relu) { _ in }
            var parameters = ProtobufDraft()
            parameters.add(relu)
            addLayer(head, CoreMLField.Layer.activation, parameters)
        case .flatten: try flatten(head)
        case .maxPool2D(let window, let strides, let padding):
            try addPool(layer, head, window, strides, padding)
        case .convolution2D(let convolution): try add(convolution, layer, name, head)
        case .dense(let weights, let bias): try add(weights, bias, layer, name, head)
        }
    }

    /// Channels first is the mode that need not be said.
    private mutating func flatten(_ head: ProtobufWriter) throws(Obstacle) {
        addLayer(head, CoreMLField.Layer.flatten, ProtobufDraft())
        guard case .image(let height, let width, let channels) = shape else { return }
        guard let count = try? TensorShape([height, width, channels]).elementCount else {
            throw Obstacle(sentence: "its images have more values than there are numbers for")
        }
        shape = .vector(count)
    }

    private mutating func addPool(
        _ layer: Layer, _ head: ProtobufWriter, _ window: Layer.Size2D, _ strides: Layer.Size2D,
        _ padding: Layer.Padding
    ) throws(Obstacle) {
        typealias Field = CoreMLField.Pooling
        let image = try image(layer)
        let place = try Self.place(image, window, strides, padding, layer)
        var fields = ProtobufWriter()
        fields.varint(Field.type, UInt64(0))
        fields.packed(Field.kernelSize, [window.height, window.width])
        fields.packed(Field.stride, [strides.height, strides.width])
        fields.message(padding == .same ? Field.same : Field.valid) { _ in }
        var parameters = ProtobufDraft()
        parameters.add(fields)
        addLayer(head, CoreMLField.Layer.pooling, parameters)
        shape = .image(height: place.height, width: place.width, channels: image.channels)
    }

    private mutating func add(
        _ convolution: Layer.Convolution2D, _ layer: Layer, _ name: String,
        _ head: ProtobufWriter
    ) throws(Obstacle) {
        typealias Field = CoreMLField.Convolution
        let image = try image(layer)
        let (index, kernel) = try parameter(convolution.weights, rank: 4, layer)
        let window = Layer.Size2D(kernel[2], kernel[3])
        guard kernel[1] == image.channels else { throw Self.misfit(layer) }
        let place = try Self.place(
            image, window, convolution.strides, convolution.padding, layer)
        var fields = ProtobufWriter()
        fields.varint(Field.outputChannels, Int64(kernel[0]))
        fields.varint(Field.kernelChannels, Int64(kernel[1]))
        fields.varint(Field.groups, UInt64(1))
        fields.packed(Field.kernelSize, [window.height, window.width])
        fields.packed(Field.stride, [convolution.strides.height, convolution.strides.width])
        fields.packed(Field.dilation, [1, 1])
        fields.message(convolution.padding == .same ? Field.same : Field.valid) { _ in }
        if convolution.bias != nil { fields.varint(Field.hasBias, UInt64(1)) }
        var parameters = ProtobufDraft()
        parameters.add(fields)
        use(index, as: name + ".weights")
        parameters.message(Field.weights, weights(index))
        if let bias = try bias(convolution.bias, kernel[0], layer) {
            use(bias, as: name + ".bias")
            parameters.message(Field.bias, weights(bias))
        }
        addLayer(head, CoreMLField.Layer.convolution, parameters)
        shape = .image(height: place.height, width: place.width, channels: kernel[0])
    }

    private mutating func add(
        _ weights: VariableName, _ bias: VariableName?, _ layer: Layer, _ name: String,
        _ head: ProtobufWriter
    ) throws(Obstacle) {
        typealias Field = CoreMLField.InnerProduct
        let (index, kernel) = try parameter(weights, rank: 2, layer)
        guard case .vector(let count) = shape, count == kernel[1] else { throw Self.misfit(layer) }
        var fields = ProtobufWriter()
        fields.varint(Field.inputChannels, Int64(kernel[1]))
        fields.varint(Field.outputChannels, Int64(kernel[0]))
        if bias != nil { fields.varint(Field.hasBias, UInt64(1)) }
        var parameters = ProtobufDraft()
        parameters.add(fields)
        use(index, as: name + ".weights")
        parameters.message(Field.weights, self.weights(index))
        if let bias = try self.bias(bias, kernel[0], layer) {
            use(bias, as: name + ".bias")
            parameters.message(Field.bias, self.weights(bias))
        }
        addLayer(head, CoreMLField.Layer.innerProduct, parameters)
        shape = .vector(kernel[0])
    }
}

// What goes in and comes out.
extension CoreMLGraphWriter {
    /// An image where Core ML has one of as many channels, and raw values otherwise.
    private mutating func addInput(_ graph: ModelGraph) throws(Obstacle) {
        guard case .image(let height, let width, let channels) = shape else { return }
        let (scale, offset) = (Float(graph.input.scale), Float(graph.input.offset))
        guard scale.isFinite, offset.isFinite else {
            throw Obstacle(sentence: "its input is scaled beyond the numbers of float32")
        }
        let color: CoreMLColorSpace? = channels == 1 ? .gray : channels == 3 ? .rgb : nil
        value = valueNames.take(color == nil ? "input" : "image")
        let name = value
        features.message(CoreMLField.Description.input) { feature in
            feature.string(CoreMLField.Feature.name, name)
            feature.message(CoreMLField.Feature.type) { type in
                guard let color else {
                    return type.array([channels, height, width])
                }
                type.message(CoreMLField.FeatureType.image) { image in
                    image.varint(CoreMLField.Image.width, Int64(width))
                    image.varint(CoreMLField.Image.height, Int64(height))
                    image.varint(CoreMLField.Image.colorSpace, color.rawValue)
                }
            }
        }
        if let color {
            addScaler(color, name, scale, offset)
        } else if scale != 1 || offset != 0 {
            addScale(scale, offset)
        }
    }

    private mutating func addScaler(
        _ color: CoreMLColorSpace, _ name: String, _ scale: Float, _ offset: Float
    ) {
        typealias Field = CoreMLField.Scaler
        let biases =
            color == .gray ? [Field.grayBias] : [Field.blueBias, Field.greenBias, Field.redBias]
        var fields = ProtobufWriter()
        fields.message(CoreMLField.Network.preprocessing) { preprocessing in
            preprocessing.string(CoreMLField.Preprocessing.featureName, name)
            preprocessing.message(CoreMLField.Preprocessing.scaler) { scaler in
                scaler.float(Field.channelScale, scale)
                for bias in biases { scaler.float(bias, offset) }
            }
        }
        network.add(fields)
    }

    /// A layer that scales what is no image.
    private mutating func addScale(_ scale: Float, _ offset: Float) {
        let input = value
        let name = layerNames.take("scale")
        value = valueNames.take("scaled")
        var fields = ProtobufWriter()
        fields.message(CoreMLField.Activation.linear) { linear in
            linear.float(CoreMLField.Linear.alpha, scale)
            linear.float(CoreMLField.Linear.beta, offset)
        }
        var parameters = ProtobufDraft()
        parameters.add(fields)
        addLayer(head(name, input), CoreMLField.Layer.activation, parameters)
    }

    private mutating func addOutput(_ name: String, _ description: String, _ count: Int) {
        features.message(CoreMLField.Description.output) { feature in
            feature.string(CoreMLField.Feature.name, name)
            feature.string(CoreMLField.Feature.shortDescription, description)
            feature.message(CoreMLField.Feature.type) { $0.array([count]) }
        }
    }
}

// Weights.
extension CoreMLGraphWriter {
    private static func misfit(_ layer: Layer) -> Obstacle {
        Obstacle(sentence: "the layer \"\(layer.name)\" does not fit what comes before it")
    }

    private func image(
        _ layer: Layer
    ) throws(Obstacle) -> (height: Int, width: Int, channels: Int) {
        guard case .image(let height, let width, let channels) = shape else {
            throw Self.misfit(layer)
        }
        return (height, width, channels)
    }

    /// The position of a variable, and its shape.
    private func parameter(
        _ name: VariableName, rank: Int, _ layer: Layer
    ) throws(Obstacle) -> (index: Int, dimensions: [Int]) {
        guard let index = manifest.index(of: name) else { throw Self.misfit(layer) }
        let shape = manifest.variables[index].tensor.shape
        guard shape.rank == rank, shape.dimensions.allSatisfy({ (1...1 << 31).contains($0) }) else {
            throw Self.misfit(layer)
        }
        guard !used.contains(index) else {
            throw Obstacle(
                sentence:
                    "two layers share \"\(name)\", of which every layer has its own in Core ML")
        }
        return (index, shape.dimensions)
    }

    private func bias(
        _ name: VariableName?, _ count: Int, _ layer: Layer
    ) throws(Obstacle) -> Int? {
        guard let name else { return nil }
        let (index, dimensions) = try parameter(name, rank: 1, layer)
        guard dimensions == [count] else { throw Self.misfit(layer) }
        return index
    }

    /// Nothing else may have the name that a weight has by its layer.
    private mutating func use(_ index: Int, as layerName: String) {
        used.insert(index)
        _ = layerNames.take(layerName)
        names.append((layerName, manifest.variables[index].name.string))
    }

    private static func place(
        _ image: (height: Int, width: Int, channels: Int), _ window: Layer.Size2D,
        _ strides: Layer.Size2D, _ padding: Layer.Padding, _ layer: Layer
    ) throws(Obstacle) -> (height: Int, width: Int) {
        let possible = 1...1 << 31
        let sides = [
            (image.height, window.height, strides.height),
            (image.width, window.width, strides.width),
        ]
        var counts: [Int] = []
        for (extent, window, stride) in sides {
            guard possible.contains(window), possible.contains(stride) else { throw misfit(layer) }
            let place =
                padding == .same
                ? WindowExtent(same: extent, window, stride)
                : WindowExtent(valid: extent, window, stride)
            guard let place else { throw misfit(layer) }
            counts.append(place.count)
        }
        return (counts[0], counts[1])
    }
}

extension ProtobufWriter {
    /// The type of an array of float32.
    fileprivate mutating func array(_ shape: [Int]) {
        message(CoreMLField.FeatureType.array) { array in
            array.packed(CoreMLField.Array.shape, shape)
            array.varint(CoreMLField.Array.dataType, UInt64(65568))
        }
    }
}

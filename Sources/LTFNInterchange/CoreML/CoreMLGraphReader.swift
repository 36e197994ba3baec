import LTFNBytes
import LTFNCheckpoint

/// The network of a model as layers, when it is one that can be said so: images in, one layer after
/// the other.
struct CoreMLGraphReader {
    /// What is known of the weights of layers, by the names that the layers give.
    typealias Parameters = [ByteString: (name: VariableName, tensor: TensorInfo)]

    /// Why it cannot.
    ///
    /// - Parameter sentence: the end of one.
    static func obstacle(_ sentence: String) -> FormatError {
        FormatError(.unsupportedFeature, format: CoreMLFormat.name, sentence)
    }

    enum Shape {
        case image(channels: Int, height: Int, width: Int)
        case vector(Int)
    }

    private let parameters: Parameters
    private var layers: [Layer] = []
    private var shape: Shape
    /// What has been computed so far, and before the classes were told from it.
    private var value: String
    private var logits: String?
    /// What is done to the values of an image; nil: the model does not say.
    private var scaling: (scale: Double, offset: Double)?
    /// Whether an input that is no image may still be scaled by a layer.
    private var mayScale: Bool

    /// - Throws: `unsupportedFeature` with the end of a sentence that says why it is no such
    ///   network; `corrupt`, `truncated`, `io`.
    static func graph(
        _ source: CoreMLNetworkSource, _ parameters: Parameters
    ) throws(FormatError) -> (graph: ModelGraph, isScaleKnown: Bool) {
        guard source.inputs.count == 1, let input = source.inputs.first else {
            throw obstacle("it has \(source.inputs.count) inputs, and a network here has one")
        }
        var reader = try CoreMLGraphReader(source, input, parameters)
        guard case .image(let channels, let height, let width) = reader.shape else {
            throw obstacle("its input is no image")
        }
        for layer in source.layers { try reader.add(layer) }
        guard case .vector = reader.shape, !reader.layers.isEmpty else {
            throw obstacle("it does not end with a vector for each image")
        }
        let known = [reader.value, reader.logits ?? reader.value]
        // A classifier tells the classes by outputs of its own.
        let tells = source.outputs.contains(where: known.contains)
        guard source.outputs.isEmpty || tells else {
            throw obstacle("its outputs are not what its last layer makes")
        }
        let scaling = reader.scaling ?? (1.0 / 255, 0)
        let graph = ModelGraph(
            name: CoreMLFormat.name,
            input: ModelGraph.Input(
                shape: try TensorShape([height, width, channels]), scale: scaling.scale,
                offset: scaling.offset),
            layers: reader.layers)
        return (graph, reader.scaling != nil)
    }

    private init(
        _ source: CoreMLNetworkSource, _ input: (name: String, kind: CoreMLNetworkSource.Input),
        _ parameters: Parameters
    ) throws(FormatError) {
        self.parameters = parameters
        value = input.name
        let extents: [UInt64]
        switch input.kind {
        case .image(let width, let height, let colorSpace):
            guard let channels = CoreMLColorSpace(rawValue: colorSpace)?.channelCount else {
                throw Self.obstacle("its input is an image of neither gray nor red, green and blue")
            }
            extents = [channels, height, width]
            mayScale = false
            scaling = (1, 0)
        case .array(let shape):
            // Of one example alone, where arrays come as they are.
            let isBatch = source.takesExactArrays && shape.count == 4 && shape[0] == 1
            extents = isBatch ? Array(shape.dropFirst()) : source.takesExactArrays ? [] : shape
            mayScale = true
        case .other:
            extents = []
            mayScale = false
        }
        let sides = extents.compactMap { Int(exactly: $0) }
        guard extents.count == 3, sides.count == 3,
            sides.allSatisfy({ (1...1 << 31).contains($0) })
        else {
            throw Self.obstacle(
                "its input \"\(input.name.prefix(60))\" is no image [C, H, W] of a size that is known"
            )
        }
        shape = .image(channels: sides[0], height: sides[1], width: sides[2])
        guard !source.hasMeanImage else { throw Self.obstacle("it takes away a mean image") }
        guard let stated = source.scalings.first else { return }
        guard source.scalings.count == 1, !mayScale, [input.name, ""].contains(stated.feature)
        else { throw Self.obstacle("its input is scaled in several ways") }
        let biases = sides[0] == 1 ? stated.biases.prefix(1) : stated.biases.dropFirst()
        guard let bias = biases.first, biases.allSatisfy({ $0 == bias }), stated.scale.isFinite,
            stated.scale != 0, bias.isFinite
        else { throw Self.obstacle("its input is scaled by channels") }
        scaling = (Double(stated.scale), Double(bias))
    }
}

/// The colors of images, as Core ML counts them.
enum CoreMLColorSpace: UInt64 {
    case gray = 10
    case rgb = 20

    var channelCount: UInt64 { self == .gray ? 1 : 3 }
}

// Layers.
extension CoreMLGraphReader {
    private mutating func add(_ layer: CoreMLLayer) throws(FormatError) {
        typealias Field = CoreMLField.Layer
        guard layer.inputs == [value], let output = layer.outputs.first,
            layer.outputs.count == 1, logits == nil, let body = layer.body
        else { throw Self.obstacle("\(Self.named(layer)) does not follow the one before it") }
        let fields = try CoreMLParameters(body)
        switch layer.kind {
        case Field.convolution: try addConvolution(layer, fields)
        case Field.pooling: try addPool(layer, fields)
        case Field.activation: try addActivation(layer, fields)
        case Field.innerProduct: try addDense(layer, fields)
        case Field.flatten, Field.flattenTo2D, Field.reshape, Field.reshapeStatic:
            try addFlatten(layer, fields)
        case Field.softmax, Field.softmaxND:
            guard case .vector = shape else {
                throw Self.obstacle("\(Self.named(layer)) is not over the classes")
            }
            logits = value
        default:
            throw Self.obstacle("\(Self.named(layer)) is none of the layers that are known")
        }
        mayScale = false
        value = output
    }

    static func named(_ layer: CoreMLLayer) -> String { "\"\(layer.name.prefix(60))\"" }

    private mutating func append(_ layer: CoreMLLayer, _ operation: Layer.Operation) {
        layers.append(Layer(name: layer.name, operation: operation))
    }

    private mutating func addConvolution(
        _ layer: CoreMLLayer, _ fields: CoreMLParameters
    ) throws(FormatError) {
        typealias Field = CoreMLField.Convolution
        let (channels, height, width) = try image(layer)
        let weights = try parameter(layer, "weights", rank: 4)
        let kernel = weights.tensor.shape.dimensions
        guard fields.number(Field.groups) <= 1, !fields.isSet(Field.isDeconvolution),
            kernel[1] == channels, kernel[0] > 0
        else {
            throw Self.obstacle(
                "the kernel of \(Self.named(layer)) does not take all channels at once")
        }
        guard try fields.list(Field.dilation).allSatisfy({ $0 == 1 }) else {
            throw Self.obstacle("the kernel of \(Self.named(layer)) has gaps")
        }
        let window = Layer.Size2D(kernel[2], kernel[3])
        let place = try CoreMLWindow(
            layer, fields, window, strideField: Field.stride, same: Field.same, valid: Field.valid,
            height: height, width: width)
        let bias =
            fields.isSet(Field.hasBias) ? try self.bias(layer, count: kernel[0]) : nil
        append(
            layer,
            .convolution2D(
                Layer.Convolution2D(
                    weights: weights.name, bias: bias, strides: place.strides,
                    padding: place.padding)))
        shape = .image(channels: kernel[0], height: place.height, width: place.width)
    }

    private mutating func addPool(
        _ layer: CoreMLLayer, _ fields: CoreMLParameters
    ) throws(FormatError) {
        typealias Field = CoreMLField.Pooling
        let (channels, height, width) = try image(layer)
        var stated = try fields.list(Field.kernelSize)
        if stated.isEmpty { stated = [3, 3] }
        let sides = stated.compactMap { Int(exactly: $0) }
        guard fields.number(Field.type) == 0, !fields.isSet(Field.isGlobal), stated.count == 2,
            sides.count == 2, sides.allSatisfy({ (1...1 << 31).contains($0) }),
            fields.message(Field.includeLastPixel) == nil
        else { throw Self.obstacle("\(Self.named(layer)) does not take the largest of a window") }
        let window = Layer.Size2D(sides[0], sides[1])
        let place = try CoreMLWindow(
            layer, fields, window, strideField: Field.stride, same: Field.same, valid: Field.valid,
            height: height, width: width)
        append(
            layer, .maxPool2D(window: window, strides: place.strides, padding: place.padding))
        shape = .image(channels: channels, height: place.height, width: place.width)
    }

    private mutating func addActivation(
        _ layer: CoreMLLayer, _ fields: CoreMLParameters
    ) throws(FormatError) {
        typealias Field = CoreMLField.Activation
        if fields.message(Field.relu) != nil { return append(layer, .relu) }
        guard let linear = fields.message(Field.linear), mayScale else {
            throw Self.obstacle("\(Self.named(layer)) is no ReLU")
        }
        let numbers = try CoreMLParameters(linear)
        let (scale, offset) = (
            numbers.float(CoreMLField.Linear.alpha), numbers.float(CoreMLField.Linear.beta)
        )
        guard scale.isFinite, scale != 0, offset.isFinite else {
            throw Self.obstacle("\(Self.named(layer)) scales images to nothing")
        }
        scaling = (Double(scale), Double(offset))
    }

    private mutating func addFlatten(
        _ layer: CoreMLLayer, _ fields: CoreMLParameters
    ) throws(FormatError) {
        guard case .image(let channels, let height, let width) = shape else {
            guard layer.kind == CoreMLField.Layer.flatten else {
                throw Self.obstacle("\(Self.named(layer)) takes no images")
            }
            return
        }
        guard let count = try? TensorShape([channels, height, width]).elementCount else {
            throw Self.obstacle(
                "\(Self.named(layer)) makes more values than there are numbers for")
        }
        let isInOrder: Bool
        switch layer.kind {
        // The mode; channels first is 0.
        case CoreMLField.Layer.flatten: isInOrder = fields.number(1) == 0
        case CoreMLField.Layer.flattenTo2D: isInOrder = fields.number(1) == 1
        case CoreMLField.Layer.reshape:
            let target = try fields.list(1)
            isInOrder =
                fields.number(2) == 0
                && [[UInt64(count), 1, 1], [1, UInt64(count), 1, 1]].contains(target)
        default: isInOrder = try [[1, UInt64(count)], [UInt64(count)]].contains(fields.list(1))
        }
        guard isInOrder || channels == 1 && layer.kind == CoreMLField.Layer.flatten else {
            throw Self.obstacle(
                "\(Self.named(layer)) makes no vector of the image, its channels first")
        }
        append(layer, .flatten)
        shape = .vector(count)
    }

    private mutating func addDense(
        _ layer: CoreMLLayer, _ fields: CoreMLParameters
    ) throws(FormatError) {
        if case .image(let channels, 1, 1) = shape {
            layers.append(Layer(name: layer.name + "/flatten", operation: .flatten))
            shape = .vector(channels)
        }
        guard case .vector(let count) = shape else {
            throw Self.obstacle("\(Self.named(layer)) takes images, not vectors")
        }
        let weights = try parameter(layer, "weights", rank: 2)
        let kernel = weights.tensor.shape.dimensions
        guard kernel[1] == count, kernel[0] > 0 else {
            throw Self.obstacle(
                "the kernel of \(Self.named(layer)) does not fit what comes before it")
        }
        let bias =
            fields.isSet(CoreMLField.InnerProduct.hasBias)
            ? try self.bias(layer, count: kernel[0]) : nil
        append(layer, .dense(weights: weights.name, bias: bias))
        shape = .vector(kernel[0])
    }
}

// What layers take.
extension CoreMLGraphReader {
    private func image(
        _ layer: CoreMLLayer
    ) throws(FormatError) -> (channels: Int, height: Int, width: Int) {
        guard case .image(let channels, let height, let width) = shape else {
            throw Self.obstacle("\(Self.named(layer)) takes no images")
        }
        return (channels, height, width)
    }

    private func parameter(
        _ layer: CoreMLLayer, _ field: String, rank: Int
    ) throws(FormatError) -> (name: VariableName, tensor: TensorInfo) {
        guard let found = parameters[ByteString(layer.name + "." + field)],
            found.tensor.shape.rank == rank, [.f32, .f16].contains(found.tensor.dtype),
            found.tensor.shape.dimensions.allSatisfy({ $0 <= 1 << 31 })
        else {
            throw Self.obstacle(
                "what \(Self.named(layer)) takes is not among the values that are read, or is "
                    + "quantized")
        }
        return found
    }

    private func bias(_ layer: CoreMLLayer, count: Int) throws(FormatError) -> VariableName {
        let bias = try parameter(layer, "bias", rank: 1)
        guard bias.tensor.shape.dimensions == [count] else {
            throw Self.obstacle("the bias of \(Self.named(layer)) does not fit its kernel")
        }
        return bias.name
    }
}

import LTFNBytes
import LTFNCheckpoint

/// The graph of a model that is written, less its initializers: the network as runtimes run it,
/// when there is one.
///
/// Values stay as they are: where ONNX wants the axes of a kernel, or of images, in another order,
/// a `Transpose` in the graph puts them there, and a runtime turns kernels once, when it loads the
/// model.
struct ONNXGraphWriter {
    private let manifest: Manifest
    private let layout: KernelLayout
    private var nodes = ProtobufWriter()
    private var names: ONNXValueNames
    /// What has been computed so far.
    private var value = ""
    private var shape = Shape.vector(0)
    /// Kernels and biases that were prepared, by variable and what was done to them.
    private var prepared: [ByteString: String] = [:]

    private enum Shape {
        case image(height: Int, width: Int, channels: Int)
        case vector(Int)
    }

    /// Why the network cannot be written so that runtimes run it.
    private struct Obstacle: Error {
        var sentence: String
    }

    /// The fields of the graph.
    private(set) var message: [UInt8]
    /// Why runtimes cannot run the network, though there is one: the end of a sentence.
    private(set) var obstacle: String?

    init(_ manifest: Manifest) {
        self.manifest = manifest
        names = ONNXValueNames(manifest)
        layout = ((try? manifest.recordedKernelLayout()) ?? nil) ?? .tensorflow
        message = Self.named(manifest.graph?.name ?? "")
        guard let graph = manifest.graph else { return }
        do {
            message += try body(of: graph)
        } catch {
            obstacle = error.sentence
        }
    }

    /// ONNX wants a name.
    private static func named(_ name: String) -> [UInt8] {
        var graph = ProtobufWriter()
        graph.string(ONNXField.Graph.name, name.isEmpty ? "weights" : name)
        return graph.bytes
    }
}

// The network.
extension ONNXGraphWriter {
    private mutating func body(of graph: ModelGraph) throws(Obstacle) -> [UInt8] {
        let dimensions = graph.input.shape.dimensions
        guard dimensions.count == 3, dimensions.allSatisfy({ (1...1 << 31).contains($0) }) else {
            throw Obstacle(sentence: "its input of shape \(graph.input.shape) is no image")
        }
        guard manifest.metadata[KernelLayout.metadataKey] == nil || isLayoutKnown else {
            throw Obstacle(sentence: "the layout of its kernels is not known")
        }
        let input = names.take("input")
        value = names.take("input/NCHW")
        transpose(input, [0, 3, 1, 2], to: value)
        shape = .image(height: dimensions[0], width: dimensions[1], channels: dimensions[2])
        for layer in graph.layers { try add(layer) }
        guard case .vector(let count) = shape else {
            throw Obstacle(sentence: "its last layer makes no vector of logits")
        }
        let logits = names.take("logits")
        node("Identity", [value], logits)
        let probabilities = names.take("probabilities")
        node("Softmax", [logits], probabilities) { $0.attribute("axis", int: 1) }
        var body = nodes
        let scaling = graph.input.scale == 1 && graph.input.offset == 0
        body.valueInfo(
            ONNXField.Graph.input, input, dimensions,
            scaling
                ? "Images [N, height, width, channels]."
                : "Images [N, height, width, channels]: raw values * \(graph.input.scale) + "
                    + "\(graph.input.offset).")
        body.valueInfo(ONNXField.Graph.output, logits, [count], "")
        body.valueInfo(ONNXField.Graph.output, probabilities, [count], "")
        return body.bytes
    }

    private var isLayoutKnown: Bool { ((try? manifest.recordedKernelLayout()) ?? nil) != nil }

    private mutating func add(_ layer: Layer) throws(Obstacle) {
        let output = names.take(layer.name.isEmpty ? "layer" : layer.name)
        switch layer.operation {
        case .relu: node("Relu", [value], output)
        case .flatten: flatten(to: output)
        case .maxPool2D(let window, let strides, let padding):
            let image = try image(layer)
            let place = try WindowPlace(image, window, strides, padding, layer)
            node("MaxPool", [value], output) { node in
                node.attribute("kernel_shape", ints: [window.height, window.width])
                node.attribute("pads", ints: place.pads)
                node.attribute("strides", ints: [strides.height, strides.width])
            }
            shape = .image(height: place.height, width: place.width, channels: image.channels)
        case .convolution2D(let convolution): try add(convolution, layer, to: output)
        case .dense(let weights, let bias): try add(weights, bias, layer, to: output)
        }
        value = output
    }

    private mutating func flatten(to output: String) {
        guard case .image(let height, let width, let channels) = shape else {
            return node("Identity", [value], output)
        }
        if !layout.flattensChannelsFirst {
            let transposed = names.take(output + "/NHWC")
            transpose(value, [0, 2, 3, 1], to: transposed)
            value = transposed
        }
        node("Flatten", [value], output) { $0.attribute("axis", int: 1) }
        shape = .vector(Int(clamping: Int64(height) * Int64(width)) &* channels)
    }

    private mutating func add(
        _ convolution: Layer.Convolution2D, _ layer: Layer, to output: String
    ) throws(Obstacle) {
        let image = try image(layer)
        let kernel = try dimensions(of: convolution.weights, rank: 4, layer)
        let (axes, order): ([Int], [Int]?) =
            switch layout {
            case .tensorflow: ([0, 1, 2, 3], [3, 2, 0, 1])
            case .pytorch, .onnxMatMul, .onnxMatMulChannelsLast: ([2, 3, 1, 0], nil)
            case .mlx: ([1, 2, 3, 0], [0, 3, 1, 2])
            }
        let (height, width) = (kernel[axes[0]], kernel[axes[1]])
        let (inputs, outputs) = (kernel[axes[2]], kernel[axes[3]])
        guard inputs == image.channels else { throw Self.misfit(layer) }
        let window = Layer.Size2D(height, width)
        let place = try WindowPlace(
            image, window, convolution.strides, convolution.padding, layer)
        let weights = try parameter(convolution.weights, order: order, layer)
        let bias = try bias(convolution.bias, outputs, layer)
        node("Conv", [value, weights] + bias, output) { node in
            node.attribute("kernel_shape", ints: [height, width])
            node.attribute("pads", ints: place.pads)
            node.attribute(
                "strides", ints: [convolution.strides.height, convolution.strides.width])
        }
        shape = .image(height: place.height, width: place.width, channels: outputs)
    }

    private mutating func add(
        _ weights: VariableName, _ bias: VariableName?, _ layer: Layer, to output: String
    ) throws(Obstacle) {
        let kernel = try dimensions(of: weights, rank: 2, layer)
        let isTransposed = layout.isDenseOutputFirst
        let (inputs, outputs) = isTransposed ? (kernel[1], kernel[0]) : (kernel[0], kernel[1])
        guard case .vector(let count) = shape, count == inputs, outputs > 0 else {
            throw Self.misfit(layer)
        }
        let kernelValue = try parameter(weights, order: nil, layer)
        let biasValue = try self.bias(bias, outputs, layer)
        node("Gemm", [value, kernelValue] + biasValue, output) { node in
            if isTransposed { node.attribute("transB", int: 1) }
        }
        shape = .vector(outputs)
    }
}

// Parameters.
extension ONNXGraphWriter {
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

    private func dimensions(
        of name: VariableName, rank: Int, _ layer: Layer
    ) throws(Obstacle) -> [Int] {
        guard let shape = manifest[name]?.tensor.shape, shape.rank == rank,
            shape.dimensions.allSatisfy({ (1...1 << 31).contains($0) })
        else { throw Self.misfit(layer) }
        return shape.dimensions
    }

    private mutating func bias(
        _ name: VariableName?, _ count: Int, _ layer: Layer
    ) throws(Obstacle) -> [String] {
        guard let name else { return [] }
        guard try dimensions(of: name, rank: 1, layer) == [count] else { throw Self.misfit(layer) }
        return [try parameter(name, order: nil, layer)]
    }

    /// The value of a variable as float32, with its axes in another order.
    private mutating func parameter(
        _ name: VariableName, order: [Int]?, _ layer: Layer
    ) throws(Obstacle) -> String {
        let key = ByteString(name.string + (order == nil ? "" : "/OIHW"))
        if let known = prepared[key] { return known }
        var value = name.string
        let dtype = manifest[name]?.tensor.dtype
        if dtype != .f32 {
            guard dtype == .f16 || dtype == .bf16 else {
                throw Obstacle(
                    sentence: "\"\(name)\" is \(dtype?.rawValue ?? "missing"), which layers do not "
                        + "run on")
            }
            let cast = names.take(value + "/float")
            node("Cast", [value], cast) { $0.attribute("to", int: 1) }
            value = cast
        }
        if let order {
            let transposed = names.take(name.string + "/OIHW")
            transpose(value, order, to: transposed)
            value = transposed
        }
        prepared[key] = value
        return value
    }

    private mutating func transpose(_ value: String, _ order: [Int], to output: String) {
        node("Transpose", [value], output) { $0.attribute("perm", ints: order) }
    }

    private mutating func node(
        _ type: String, _ inputs: [String], _ output: String,
        _ attributes: (inout ProtobufWriter) -> Void = { _ in }
    ) {
        nodes.message(ONNXField.Graph.node) { node in
            for input in inputs { node.string(ONNXField.Node.input, input) }
            node.string(ONNXField.Node.output, output)
            node.string(ONNXField.Node.name, output)
            node.string(ONNXField.Node.opType, type)
            attributes(&node)
        }
    }

    /// Where a window goes over an image, and what that makes of it.
    private struct WindowPlace {
        let height: Int
        let width: Int
        /// Before the rows and the columns, then after them.
        let pads: [Int]

        init(
            _ image: (height: Int, width: Int, channels: Int), _ window: Layer.Size2D,
            _ strides: Layer.Size2D, _ padding: Layer.Padding, _ layer: Layer
        ) throws(Obstacle) {
            let rows = try Self.along(image.height, window.height, strides.height, padding, layer)
            let columns = try Self.along(image.width, window.width, strides.width, padding, layer)
            (height, width) = (rows.count, columns.count)
            pads = [rows.before, columns.before, rows.after, columns.after]
        }

        private static func along(
            _ input: Int, _ window: Int, _ stride: Int, _ padding: Layer.Padding, _ layer: Layer
        ) throws(Obstacle) -> (count: Int, before: Int, after: Int) {
            let possible = 1...1 << 31
            guard possible.contains(window), possible.contains(stride) else {
                throw ONNXGraphWriter.misfit(layer)
            }
            switch padding {
            case .valid:
                guard window <= input else { throw ONNXGraphWriter.misfit(layer) }
                return ((input - window) / stride + 1, 0, 0)
            case .same:
                let count = (input - 1) / stride + 1
                let zeros = max(0, (count - 1) * stride + window - input)
                return (count, zeros / 2, zeros - zeros / 2)
            }
        }
    }
}

import LTFNBytes
import LTFNCheckpoint
import LTFNInference
import LTFNKernels

/// Puts a network together layer by layer, and keeps account of the shape that each one leaves.
///
/// A layer that is not named is called `layer1`, `layer2`, … by the layers with weights before it,
/// and what follows it `layer1_relu`, `layer1_pool`.
public struct GraphBuilder: Sendable {
    private let input: ModelGraph.Input
    private var layers: [Layer] = []
    private var variables: [ModelDescription.VariableDescription] = []
    private var value: Value
    /// Of the last layer with weights.
    private var lastName = "input"

    /// What one example has become.
    private enum Value {
        case image(FeatureMap)
        case vector(Int)
    }

    /// What `tf.contrib.layers.variance_scaling_initializer()` of the tutorial does: a truncated
    /// normal with σ = √(1.3 · 2 / fan in); the 1.3 makes up for the cut at 2σ.
    public static let reluRecipe = InitializerRecipe.tensorFlow1VarianceScaling()

    /// A network for images of `[height, width, channels] uint8`. Pixels from 0 to 255 are brought
    /// to 0 … 1, unless told otherwise.
    ///
    /// - Parameters:
    ///   - scale: what a pixel is multiplied with,
    ///   - offset: and what is then added to it.
    /// - Throws: `corrupt` for a number that is not positive, `limitExceeded` for images that are
    ///   too large.
    public init(
        height: Int, width: Int, channels: Int = 1, scale: Double = 1.0 / 255, offset: Double = 0
    ) throws(FormatError) {
        value = .image(try FeatureMap(height: height, width: width, channels: channels))
        input = ModelGraph.Input(
            shape: try TensorShape([height, width, channels]), scale: scale, offset: offset)
    }

    /// Adds a convolution with bias.
    ///
    /// - Parameters:
    ///   - outputs: how many channels it makes.
    ///   - kernel: the height and width of the kernel.
    ///   - stride: how far the kernel moves, down and across.
    ///   - padding: `same` keeps the size where the stride is 1.
    ///   - recipe: what the kernel is filled with first; the bias begins at zero.
    /// - Throws: `corrupt` after `flatten`, for a name that is taken, a number that is not positive
    ///   and a kernel that does not fit; `limitExceeded` for a layer that is too large.
    public mutating func convolution(
        name: String? = nil, outputs: Int, kernel: Int = 3, stride: Int = 1,
        padding: Layer.Padding = .same, initializer recipe: InitializerRecipe = reluRecipe
    ) throws(FormatError) {
        guard case .image(let map) = value else {
            throw FormatError(
                .corrupt, "A convolution takes images; put it before the flatten layer.")
        }
        let geometry = try ConvolutionGeometry(
            input: map, kernelHeight: kernel, kernelWidth: kernel, outputChannels: outputs,
            strideHeight: stride, strideWidth: stride, padding: Padding(padding))
        let name = name ?? "layer\(weightedCount + 1)"
        let (weights, bias) = try add(
            name: name, shape: [kernel, kernel, map.channels, outputs], recipe: recipe)
        layers.append(
            Layer(
                name: name,
                operation: .convolution2D(
                    Layer.Convolution2D(
                        weights: weights, bias: bias, strides: Layer.Size2D(stride, stride),
                        padding: padding))))
        value = .image(geometry.output)
    }

    /// Adds max(x, 0).
    public mutating func relu(name: String? = nil) {
        layers.append(Layer(name: name ?? "\(lastName)_relu", operation: .relu))
    }

    /// Adds a max-pool.
    ///
    /// - Parameters:
    ///   - window: the height and width that it looks at.
    ///   - stride: how far it moves; nil: by its own size.
    /// - Throws: `corrupt` after `flatten`, and for a window that does not fit.
    public mutating func maxPool(
        name: String? = nil, window: Int = 2, stride: Int? = nil, padding: Layer.Padding = .valid
    ) throws(FormatError) {
        guard case .image(let map) = value else {
            throw FormatError(.corrupt, "A max-pool takes images; put it before the flatten layer.")
        }
        let stride = stride ?? window
        let geometry = try PoolingGeometry(
            input: map, windowHeight: window, windowWidth: window, strideHeight: stride,
            strideWidth: stride, padding: Padding(padding))
        layers.append(
            Layer(
                name: name ?? "\(lastName)_pool",
                operation: .maxPool2D(
                    window: Layer.Size2D(window, window), strides: Layer.Size2D(stride, stride),
                    padding: padding)))
        value = .image(geometry.output)
    }

    /// Makes vectors of images, the channel fastest.
    public mutating func flatten(name: String = "flatten") {
        guard case .image(let map) = value else { return }
        layers.append(Layer(name: name, operation: .flatten))
        value = .vector(map.elementCount)
    }

    /// Adds a dense layer with bias; it follows `flatten` or another dense layer.
    ///
    /// - Parameters:
    ///   - outputs: how many values it makes; of the last layer, the number of classes.
    ///   - recipe: what the weights are filled with first; the bias begins at zero.
    /// - Throws: `corrupt` before `flatten`, for a name that is taken and a number that is not
    ///   positive; `limitExceeded` for a layer that is too large.
    public mutating func dense(
        name: String? = nil, outputs: Int, initializer recipe: InitializerRecipe = .glorotUniform
    ) throws(FormatError) {
        guard case .vector(let inputs) = value else {
            throw FormatError(
                .corrupt, "A dense layer takes vectors; put a flatten layer before it.")
        }
        guard outputs > 0 else {
            throw FormatError(.corrupt, "A dense layer has \(outputs) outputs; expected some.")
        }
        let name = name ?? "layer\(weightedCount + 1)"
        let (weights, bias) = try add(name: name, shape: [inputs, outputs], recipe: recipe)
        layers.append(Layer(name: name, operation: .dense(weights: weights, bias: bias)))
        value = .vector(outputs)
    }

    /// The network as it stands.
    ///
    /// - Parameters:
    ///   - name: what it calls itself.
    ///   - summary: one line about it.
    public func model(named name: String, summary: String = "") -> ModelDescription {
        ModelDescription(
            name: name, summary: summary,
            graph: ModelGraph(name: name, input: input, layers: layers), variables: variables)
    }

    private var weightedCount: Int { variables.count / 2 }

    private mutating func add(
        name: String, shape: [Int], recipe: InitializerRecipe
    ) throws(FormatError) -> (weights: VariableName, bias: VariableName) {
        let weights = try VariableName(name + "_weights")
        let bias = try VariableName(name + "_bias")
        guard !variables.contains(where: { $0.name == weights || $0.name == bias }) else {
            throw FormatError(
                .corrupt, variable: weights.string, "There is a layer called \(name) already.")
        }
        let shape = try TensorShape(shape)
        _ = try TensorInfo(dtype: .f32, shape: shape)
        variables.append(.init(name: weights, shape: shape, isBias: false, recipe: recipe))
        variables.append(
            .init(
                name: bias, shape: try TensorShape([shape.dimensions[shape.rank - 1]]),
                isBias: true, recipe: .zeros))
        lastName = name
        return (weights, bias)
    }
}

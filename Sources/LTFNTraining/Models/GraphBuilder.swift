import LTFNBytes
import LTFNCheckpoint

/// Puts a network together layer by layer, and keeps account of the shape that each one leaves.
struct GraphBuilder {
    private let input: ModelGraph.Input
    private var layers: [Layer] = []
    private var variables: [ModelDescription.VariableDescription] = []
    /// `[H, W, C]`, or `[N]` behind `flatten`.
    private var shape: [Int]

    /// What `tf.contrib.layers.variance_scaling_initializer()` of the tutorial does: a truncated
    /// normal with σ = √(1.3 · 2 / fan in); the 1.3 makes up for the cut at 2σ.
    static let reluRecipe = InitializerRecipe.tensorFlow1VarianceScaling()

    /// Pixels from 0 to 255 are brought to 0 … 1.
    init(height: Int, width: Int, channels: Int) throws(FormatError) {
        shape = [height, width, channels]
        input = ModelGraph.Input(shape: try TensorShape(shape), scale: 1.0 / 255, offset: 0)
    }

    /// A 3×3 convolution with bias, stride 1, padded with zeros to keep the size.
    mutating func convolution(name: String, outputs: Int) throws(FormatError) {
        let (weights, bias) = try add(
            name: name, shape: [3, 3, shape[2], outputs], recipe: Self.reluRecipe)
        layers.append(
            Layer(
                name: name,
                operation: .convolution2D(
                    Layer.Convolution2D(weights: weights, bias: bias, padding: .same))))
        shape[2] = outputs
    }

    mutating func relu(name: String) {
        layers.append(Layer(name: name, operation: .relu))
    }

    /// A 2×2 max-pool with stride 2 and no padding.
    mutating func pool(name: String) {
        let two = Layer.Size2D(2, 2)
        layers.append(
            Layer(name: name, operation: .maxPool2D(window: two, strides: two, padding: .valid)))
        shape[0] /= 2
        shape[1] /= 2
    }

    mutating func flatten(name: String) {
        layers.append(Layer(name: name, operation: .flatten))
        shape = [shape.reduce(1, *)]
    }

    /// A dense layer with bias; it follows `flatten` or another dense layer.
    mutating func dense(
        name: String, outputs: Int, recipe: InitializerRecipe
    ) throws(FormatError) {
        let (weights, bias) = try add(name: name, shape: [shape[0], outputs], recipe: recipe)
        layers.append(Layer(name: name, operation: .dense(weights: weights, bias: bias)))
        shape = [outputs]
    }

    func description(name: String, summary: String) -> ModelDescription {
        ModelDescription(
            name: name, summary: summary,
            graph: ModelGraph(name: name, input: input, layers: layers), variables: variables)
    }

    private mutating func add(
        name: String, shape: [Int], recipe: InitializerRecipe
    ) throws(FormatError) -> (weights: VariableName, bias: VariableName) {
        let weights = try VariableName(name + "_weights")
        let bias = try VariableName(name + "_bias")
        variables.append(
            .init(name: weights, shape: try TensorShape(shape), isBias: false, recipe: recipe))
        variables.append(
            .init(
                name: bias, shape: try TensorShape([shape[shape.count - 1]]), isBias: true,
                recipe: .zeros))
        return (weights, bias)
    }
}

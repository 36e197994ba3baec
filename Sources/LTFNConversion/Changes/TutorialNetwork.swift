import LTFNBytes
import LTFNCheckpoint

/// The network of the tutorial: four 3×3 convolutions in two pairs, each pair with a max-pool after
/// it, and a dense layer, on images of 28×28 gray pixels.
package struct TutorialNetwork {
    package private(set) var graph: ModelGraph
    /// In the order that its program makes them in.
    package private(set) var variables: [VariableInfo] = []

    package init() throws(FormatError) {
        graph = ModelGraph(
            name: "tutorial-convnet",
            input: ModelGraph.Input(
                shape: try TensorShape([28, 28, 1]), scale: 1.0 / 255, offset: 0), layers: [])
        var inputs = 1
        for (index, outputs) in [64, 64, 128, 128].enumerated() {
            let name = "layer\(index + 1)"
            let (weights, bias) = try add(name, [3, 3, inputs, outputs])
            layer(
                name,
                .convolution2D(
                    Layer.Convolution2D(
                        weights: weights, bias: bias, strides: Layer.Size2D(1, 1), padding: .same)))
            layer(name + "_relu", .relu)
            if index % 2 == 1 {
                layer(
                    name + "_pool",
                    .maxPool2D(
                        window: Layer.Size2D(2, 2), strides: Layer.Size2D(2, 2), padding: .valid))
            }
            inputs = outputs
        }
        layer("flatten", .flatten)
        let (weights, bias) = try add("fully_connected", [7 * 7 * inputs, 10])
        layer("fully_connected", .dense(weights: weights, bias: bias))
    }

    private mutating func layer(_ name: String, _ operation: Layer.Operation) {
        graph.layers.append(Layer(name: name, operation: operation))
    }

    private mutating func add(
        _ name: String, _ shape: [Int]
    ) throws(FormatError) -> (weights: VariableName, bias: VariableName) {
        let names = (
            weights: try VariableName(name + "_weights"), bias: try VariableName(name + "_bias")
        )
        for (name, shape) in [(names.weights, shape), (names.bias, [shape[shape.count - 1]])] {
            variables.append(
                VariableInfo(
                    name: name, tensor: try TensorInfo(dtype: .f32, shape: TensorShape(shape))))
        }
        return names
    }
}

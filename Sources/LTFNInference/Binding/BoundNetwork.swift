public import LTFNBytes
public import LTFNCheckpoint
public import LTFNKernels

/// A model graph whose layers have been checked against the shapes of their variables.
public struct BoundNetwork: Sendable {
    public let graph: ModelGraph
    /// The layers that compute something, in order.
    public let geometry: NetworkGeometry
    /// For each layer of `geometry`, its index among the graph's layers.
    public let graphLayers: [Int]

    /// - Parameter shape: the shape of a variable, or `nil` when there is none of that name.
    /// - Throws: `corrupt` when a variable is missing, a shape does not fit its layer, or a layer
    ///   does not fit the one before; `unsupportedFeature` for an input that is not `[H, W, C]`;
    ///   `limitExceeded` when a layer is too large.
    public init(
        graph: ModelGraph, shape: (VariableName) -> TensorShape?
    ) throws(FormatError) {
        let input = graph.input.shape.dimensions
        guard input.count == 3 else {
            throw FormatError(
                .unsupportedFeature,
                "The network's input has shape \(graph.input.shape); expected [height, width, "
                    + "channels].")
        }
        let map = try FeatureMap(height: input[0], width: input[1], channels: input[2])
        var binder = Binder(value: .image(map))
        var layers: [LayerGeometry] = []
        var graphLayers: [Int] = []
        for (index, layer) in graph.layers.enumerated() {
            do throws(FormatError) {
                guard let bound = try binder.bind(layer.operation, shape) else { continue }
                layers.append(bound)
                graphLayers.append(index)
            } catch {
                var described = error
                described.message = "Layer \"\(layer.name)\": \(error.message)"
                throw described
            }
        }
        self.graph = graph
        self.graphLayers = graphLayers
        geometry = try NetworkGeometry(input: map, layers: layers)
    }

    /// The layer of the graph that layer `index` of the geometry came from.
    public func layer(_ index: Int) -> Layer { graph.layers[graphLayers[index]] }

    /// The variable that holds a parameter, or `nil` for a bias that the graph leaves out.
    public func variable(_ place: ParameterPlace) -> VariableName? {
        switch layer(place.layer).operation {
        case .convolution2D(let convolution):
            place.isBias ? convolution.bias : convolution.weights
        case .dense(let weights, let bias):
            place.isBias ? bias : weights
        case .relu, .maxPool2D, .flatten:
            nil
        }
    }

    /// The values of the variables, layer by layer; a bias that the graph leaves out is zeros.
    ///
    /// - Throws: `corrupt` when a variable is missing or has not the shape it had when it was
    ///   bound, `unsupportedFeature` when it is not float32.
    public func layerParameters(
        _ variables: [VariableName: TensorData]
    ) throws(FormatError) -> [LayerParameters] {
        var result: [LayerParameters] = []
        for (index, layer) in geometry.layers.enumerated() {
            // Once more while it is gathered.
            try AvailableMemory.expect(8 * (layer.kernelCount + layer.biasCount))
            var parameters = LayerParameters(
                bias: [Float](repeating: 0, count: layer.biasCount))
            if let name = variable(ParameterPlace(layer: index, isBias: false)) {
                parameters.kernel = try floats(of: name, layer.kernelCount, variables)
            }
            if let name = variable(ParameterPlace(layer: index, isBias: true)) {
                parameters.bias = try floats(of: name, layer.biasCount, variables)
            }
            result.append(parameters)
        }
        return result
    }

    private func floats(
        of name: VariableName, _ count: Int, _ variables: [VariableName: TensorData]
    ) throws(FormatError) -> [Float] {
        guard let tensor = variables[name] else {
            throw FormatError(
                .corrupt, variable: name.string, "The network needs this variable; it is missing.")
        }
        // Narrower floats are the same numbers in float32.
        guard [.f32, .f16, .bf16].contains(tensor.info.dtype) else {
            throw FormatError(
                .unsupportedFeature, variable: name.string,
                "The network runs on variables of float32, float16 or bfloat16, found "
                    + "\(tensor.info.dtype.rawValue); convert the file first.")
        }
        let values = try tensor.floats()
        guard values.count == count else {
            throw FormatError(
                .corrupt, variable: name.string,
                "The network needs \(count) values, found \(values.count).")
        }
        return values
    }
}

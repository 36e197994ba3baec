public import LTFNBytes
public import LTFNCheckpoint
public import LTFNInference
public import LTFNKernels
public import LTFNParallel

/// A network in training: forward, softmax cross-entropy, backward, and a step of gradient descent.
///
/// The same images in the same order give the same bits for every number of threads.
public final class TrainingStep {
    public let network: BoundNetwork
    /// Images of a batch, at most; the last one of an epoch may have fewer.
    public let batchSize: Int
    private let engine: GradientEngine

    /// What a batch showed, before its step.
    public struct Outcome: Hashable, Sendable {
        /// The mean cross-entropy over the batch; not finite when the training has come apart.
        public var loss: Double
        /// Images whose largest logit is that of their label.
        public var correct: Int
    }

    /// - Parameter parameters: at least the variables that the graph names, float32, with their
    ///   initial values.
    /// - Throws: `corrupt` when a variable is missing, is used twice, or its shape does not fit the
    ///   graph, `unsupportedFeature` when it is not float32, `limitExceeded` when one image needs
    ///   too much working memory.
    public init(
        graph: ModelGraph, parameters: [VariableName: TensorData], batchSize: Int,
        parallelism: Parallelism
    ) throws(FormatError) {
        let network = try BoundNetwork(graph: graph) { parameters[$0]?.info.shape }
        self.network = network
        self.batchSize = batchSize
        let names = graph.variableNames
        guard Set(names).count == names.count else {
            throw FormatError(
                .unsupportedFeature,
                "A variable is used by two layers; training needs one variable for each use.")
        }
        let biases = network.geometry.layers.indices.map { ParameterPlace(layer: $0, isBias: true) }
        engine = try GradientEngine(
            network.geometry, parameters: network.layerParameters(parameters),
            maximumBatch: batchSize, fixed: Set(biases.filter { network.variable($0) == nil }),
            parallelism: parallelism)
    }

    /// Forward, backward and `variable −= learningRate · gradient` for every variable.
    ///
    /// - Parameters:
    ///   - images: `[N, H, W, C]`, N from 1 to `batchSize`.
    ///   - labels: `[N]`, each below the number of classes.
    /// - Throws: `corrupt` when images and labels do not go together; nothing has changed then.
    public func run(
        images: ImageBatch, labels: [UInt8], learningRate: Float
    ) throws(FormatError) -> Outcome {
        let result = try engine.step(images, labels: labels, learningRate: learningRate)
        return Outcome(loss: result.loss, correct: result.correct)
    }

    /// Forward and backward; the gradients stay until the next call of this or of `run`.
    ///
    /// - Throws: as `run`.
    public func computeGradients(
        images: ImageBatch, labels: [UInt8]
    ) throws(FormatError) -> Outcome {
        let result = try engine.computeGradients(images, labels: labels)
        return Outcome(loss: result.loss, correct: result.correct)
    }

    /// Calls `body` for every variable, in the order of the graph, with its values and the gradient
    /// of the last batch: what an optimizer does after `computeGradients`.
    public func update(
        _ body: (
            _ variable: VariableName, _ values: inout MutableSpan<Float>, _ gradient: Span<Float>
        ) -> Void
    ) {
        engine.update { place, values, gradient in
            guard let variable = network.variable(place) else { return }
            body(variable, &values, gradient)
        }
    }

    /// The values of the variables that the graph names, as they are now.
    public func parameters() throws(FormatError) -> [VariableName: TensorData] {
        try named(engine.currentParameters())
    }

    /// The gradients of the last batch's mean loss, by variable.
    public func gradients() throws(FormatError) -> [VariableName: TensorData] {
        try named(engine.currentGradients())
    }

    /// Replaces the values of the variables that the graph names.
    ///
    /// - Throws: as `init`.
    public func setParameters(
        _ parameters: [VariableName: TensorData]
    ) throws(FormatError) {
        try engine.setParameters(network.layerParameters(parameters))
    }

    private func named(
        _ layers: [LayerParameters]
    ) throws(FormatError) -> [VariableName: TensorData] {
        var result: [VariableName: TensorData] = [:]
        for (index, layer) in network.geometry.layers.enumerated() {
            if let name = network.variable(ParameterPlace(layer: index, isBias: false)) {
                result[name] = try TensorData(
                    shape: layer.kernelShape, floats: layers[index].kernel)
            }
            if let name = network.variable(ParameterPlace(layer: index, isBias: true)) {
                result[name] = try TensorData(
                    shape: [layer.biasCount], floats: layers[index].bias)
            }
        }
        return result
    }
}

/// A network as plain data: what comes in, and the layers it passes, one after the other.
public struct ModelGraph: Hashable, Sendable {
    /// What the network calls itself: `tutorial-convnet`.
    public var name: String
    public var input: Input
    public var layers: [Layer]

    public init(name: String, input: Input, layers: [Layer]) {
        self.name = name
        self.input = input
        self.layers = layers
    }

    /// The input of one example, and what is done to the raw values first.
    public struct Input: Hashable, Sendable {
        /// `[H, W, C]`
        public var shape: TensorShape
        /// raw value × `scale` + `offset`
        public var scale: Double
        public var offset: Double

        public init(shape: TensorShape, scale: Double = 1, offset: Double = 0) {
            self.shape = shape
            self.scale = scale
            self.offset = offset
        }
    }

    /// The variables that the layers use, in the order of their use.
    public var variableNames: [VariableName] {
        layers.flatMap { layer -> [VariableName] in
            switch layer.operation {
            case .convolution2D(let convolution):
                [convolution.weights] + (convolution.bias.map { [$0] } ?? [])
            case .dense(let weights, let bias): [weights] + (bias.map { [$0] } ?? [])
            case .relu, .maxPool2D, .flatten: []
            }
        }
    }
}

import LTFNBytes
import LTFNCheckpoint

/// A network that can be trained by name, with the recipe that fills each of its variables first.
public struct ModelDescription: Sendable {
    /// The name on the command line: `tutorial-convnet`.
    public let name: String
    /// One line for a list of models.
    public let summary: String
    public let graph: ModelGraph
    /// What the variables are, in the order of their use in `graph`.
    public let variables: [VariableDescription]

    /// A variable that is not yet filled.
    public struct VariableDescription: Hashable, Sendable {
        public let name: VariableName
        public let shape: TensorShape
        /// Filled with zeros, unless a rule names it.
        public let isBias: Bool
        /// The recipe of the `he` preset.
        public let recipe: InitializerRecipe

        public init(
            name: VariableName, shape: TensorShape, isBias: Bool, recipe: InitializerRecipe
        ) {
            self.name = name
            self.shape = shape
            self.isBias = isBias
            self.recipe = recipe
        }
    }

    public init(
        name: String, summary: String, graph: ModelGraph, variables: [VariableDescription]
    ) {
        self.name = name
        self.summary = summary
        self.graph = graph
        self.variables = variables
    }

    /// How many classes the network tells apart: the outputs of its last layer.
    public var classCount: Int { variables.last?.shape.dimensions.last ?? 0 }

    /// How many numbers the variables hold.
    public var parameterCount: Int { variables.reduce(0) { $0 + $1.shape.elementCount } }
}

/// The networks that can be trained by name.
public enum ModelCatalogue {
    /// The default one first.
    public static let all: [ModelDescription] = [tutorialConvnet, mlp]

    /// The network of that name, or nil.
    public static func model(named name: String) -> ModelDescription? {
        all.first { $0.name == name }
    }

    /// Four 3×3 convolutions in two pairs, each pair with a pooling after, and a dense layer.
    public static let tutorialConvnet = build { builder throws(FormatError) in
        for (index, channels) in [64, 64, 128, 128].enumerated() {
            try builder.convolution(name: "layer\(index + 1)", outputs: channels)
            builder.relu(name: "layer\(index + 1)_relu")
            if index % 2 == 1 { try builder.maxPool(name: "layer\(index + 1)_pool") }
        }
        builder.flatten(name: "flatten")
        try builder.dense(name: "fully_connected", outputs: 10, initializer: .glorotUniform)
        return builder.model(
            named: "tutorial-convnet",
            summary: "four 3×3 convolutions (64, 64, 128, 128), two poolings, one dense layer")
    }

    /// Four dense layers with ReLU between them.
    ///
    /// The post that this network is from is only known here by its outline: "four fully connected
    /// layers with ReLU on MNIST". Three hidden layers of 500 units each are this project's
    /// assumption.
    public static let mlp = build { builder throws(FormatError) in
        builder.flatten(name: "flatten")
        for index in 1...3 {
            try builder.dense(
                name: "layer\(index)", outputs: 500, initializer: GraphBuilder.reluRecipe)
            builder.relu(name: "layer\(index)_relu")
        }
        try builder.dense(name: "layer4", outputs: 10, initializer: .glorotUniform)
        return builder.model(
            named: "mlp", summary: "four dense layers (500, 500, 500, 10) with ReLU between them")
    }

    private static func build(
        _ body: (inout GraphBuilder) throws(FormatError) -> ModelDescription
    ) -> ModelDescription {
        do throws(FormatError) {
            var builder = try GraphBuilder(height: 28, width: 28, channels: 1)
            return try body(&builder)
        } catch {
            preconditionFailure("a network of the catalogue is not valid: \(error)")
        }
    }
}

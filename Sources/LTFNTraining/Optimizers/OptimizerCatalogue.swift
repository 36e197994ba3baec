/// The optimizers by name.
public enum OptimizerCatalogue {
    /// The default one first.
    public static let names = ["sgd", "momentum", "nesterov", "adam", "adamw"]

    /// Reads an optimizer as it stands on a command line: `sgd`, `momentum:0.9`,
    /// `adamw:weight_decay=0.1,epsilon=1e-7`.
    ///
    /// - Throws: for an unknown name, and constants that are too many or mean nothing.
    public static func optimizer(
        parsing text: String
    ) throws(ConfigurationError) -> any Optimizer {
        var arguments = try RecipeArguments(text)
        let optimizer = try optimizer(named: arguments.name) {
            (name, standard) throws(ConfigurationError) in
            try arguments.number(name, default: standard)
        }
        try arguments.expectNoMore()
        return optimizer
    }

    /// - Parameter constant: asked for each constant, with its default, in the order of the command
    ///   line.
    static func optimizer(
        named name: String,
        constant: (_ name: String, _ standard: Double) throws(ConfigurationError) -> Double
    ) throws(ConfigurationError) -> any Optimizer {
        switch name {
        case "sgd": return GradientDescent()
        case "momentum", "nesterov":
            let momentum = try share("momentum", of: name, constant("momentum", 0.9))
            return Momentum(momentum: momentum, looksAhead: name == "nesterov")
        case "adam": return try adam(name, constant)
        case "adamw":
            let decay = try constant("weight_decay", 0.01)
            guard decay >= 0, Float(decay).isFinite else {
                throw ConfigurationError(
                    "The weight_decay of adamw is \(decay); expected 0 or more.")
            }
            return AdamW(weightDecay: decay, adam: try adam(name, constant))
        default:
            throw ConfigurationError.unknown(
                "optimizer", name, among: names,
                meanings: ["gd": "sgd", "gradientdescent": "sgd", "nag": "nesterov"])
        }
    }

    private static func adam(
        _ name: String, _ constant: (String, Double) throws(ConfigurationError) -> Double
    ) throws(ConfigurationError) -> Adam {
        let beta1 = try share("beta1", of: name, constant("beta1", 0.9))
        let beta2 = try share("beta2", of: name, constant("beta2", 0.999))
        let epsilon = try constant("epsilon", 1e-8)
        // It divides in float32.
        guard Float(epsilon) > 0, Float(epsilon).isFinite else {
            throw ConfigurationError(
                "The epsilon of \(name) is \(epsilon); expected a positive float32 number.")
        }
        return Adam(beta1: beta1, beta2: beta2, epsilon: epsilon)
    }

    private static func share(
        _ constant: String, of name: String, _ value: Double
    ) throws(ConfigurationError) -> Double {
        guard value >= 0, Float(value) < 1 else {
            throw ConfigurationError(
                "The \(constant) of \(name) is \(value); expected 0 or more and less than 1.")
        }
        return value
    }
}

import LTFNCheckpoint

/// A wish about how variables are filled first.
///
/// `he` alone gives every variable the recipe that its model names; any other recipe alone fills
/// all weights with it, and leaves the biases zero. With a pattern before it
/// (`layer*_weights=he_normal`) a recipe fills the variables whose names fit.
public struct InitializationRule: Hashable, Sendable {
    /// nil: all variables.
    public var pattern: GlobPattern?
    public var filling: Filling

    /// What a rule fills variables with.
    public enum Filling: Hashable, Sendable {
        /// What the model names; with a pattern, the recipe for layers that ReLU follows.
        case he
        case recipe(InitializerRecipe)
    }

    public init(pattern: GlobPattern? = nil, filling: Filling) {
        self.pattern = pattern
        self.filling = filling
    }

    /// Reads a rule as it stands on a command line: `RECIPE` or `PATTERN=RECIPE`.
    ///
    /// - Throws: as `InitializerRecipe(parsing:)`; for an empty pattern.
    public init(parsing text: String) throws(ConfigurationError) {
        // In `normal:stddev=0.1` the sign belongs to a parameter.
        let sign = text.firstIndex(of: "=")
        let colon = text.firstIndex(of: ":")
        if let sign, colon.map({ sign < $0 }) ?? true {
            let pattern = String(text[..<sign])
            guard !pattern.isEmpty else {
                throw ConfigurationError(
                    "The rule \"\(text)\" has no pattern; expected PATTERN=RECIPE.")
            }
            self.pattern = GlobPattern(pattern)
            filling = try Filling(parsing: String(text[text.index(after: sign)...]))
        } else {
            pattern = nil
            filling = try Filling(parsing: text)
        }
    }
}

extension InitializationRule.Filling {
    init(parsing text: String) throws(ConfigurationError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0].lowercased() == "he" else {
            self = .recipe(try InitializerRecipe(parsing: text))
            return
        }
        guard parts.count == 1 else {
            throw ConfigurationError(
                "he takes no parameter, and has \"\(parts[1])\"; the recipe with a scale is "
                    + "variance_scaling:\(parts[1]).")
        }
        self = .he
    }
}

extension ModelDescription {
    /// The recipe of each variable under `rules`; of two rules about one variable the later counts.
    ///
    /// - Throws: for a rule that is about none of the variables.
    public func recipes(
        under rules: [InitializationRule]
    ) throws(ConfigurationError) -> [InitializerRecipe] {
        var recipes = variables.map(\.recipe)
        for rule in rules {
            var isUsed = false
            for (index, variable) in variables.enumerated() {
                guard rule.pattern?.matches(variable.name.string) ?? true else { continue }
                isUsed = true
                recipes[index] = Self.recipe(rule, variable)
            }
            guard isUsed else {
                throw ConfigurationError(
                    "No variable of \(name) fits \"\(rule.pattern?.text ?? "")\"; there are "
                        + variables.map(\.name.string).joined(separator: ", ") + ".")
            }
        }
        return recipes
    }

    private static func recipe(
        _ rule: InitializationRule, _ variable: VariableDescription
    ) -> InitializerRecipe {
        switch (rule.filling, rule.pattern) {
        case (.he, nil): variable.recipe
        case (.he, _): GraphBuilder.reluRecipe
        case (.recipe(let recipe), nil): variable.isBias ? .zeros : recipe
        case (.recipe(let recipe), _): recipe
        }
    }
}

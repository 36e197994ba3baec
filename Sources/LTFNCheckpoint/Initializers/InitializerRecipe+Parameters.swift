/// A parameter of a recipe.
public struct RecipeParameter: Hashable, Sendable {
    /// A number, or the word for one of several ways.
    public enum Value: Hashable, Sendable {
        case number(Double)
        case word(String)
    }

    /// `standard_deviation`
    public let name: String
    public let value: Value

    init(_ name: String, _ number: Double) {
        self.name = name
        value = .number(number)
    }

    init(_ name: String, word: String) {
        self.name = name
        value = .word(word)
    }
}

extension InitializerRecipe {
    /// The parameters, in the order of the command line; those of a recipe that is only described
    /// are its own.
    public var parameters: [RecipeParameter] {
        switch self {
        case .constant(let value): [RecipeParameter("value", value)]
        case .uniform(let low, let high):
            [RecipeParameter("low", low), RecipeParameter("high", high)]
        case .normal(let mean, let deviation), .truncatedNormal(let mean, let deviation):
            [RecipeParameter("mean", mean), RecipeParameter("standard_deviation", deviation)]
        case .scaledNormal(let factor): [RecipeParameter("factor", factor)]
        case .varianceScaling(let scale, let fan, let distribution):
            [
                RecipeParameter("scale", scale), RecipeParameter("fan", word: fan.rawValue),
                RecipeParameter("distribution", word: distribution.rawValue),
            ]
        case .zeros, .ones, .glorotUniform, .glorotNormal, .heUniform, .heNormal, .lecunUniform,
            .lecunNormal, .described:
            []
        }
    }
}

import LTFNBytes
import LTFNCheckpoint

extension InitializerRecipe {
    /// The recipe with its parameters, as it may be written on the command line:
    /// `variance_scaling(2.6, fan_in, truncated_normal)`.
    var text: String {
        let parameters: [String] =
            switch self {
            case .constant(let value): [Self.text(value)]
            case .uniform(let low, let high): [Self.text(low), Self.text(high)]
            case .normal(let mean, let deviation), .truncatedNormal(let mean, let deviation):
                [Self.text(mean), Self.text(deviation)]
            case .scaledNormal(let factor): [Self.text(factor)]
            case .varianceScaling(let scale, let fan, let distribution):
                [Self.text(scale), fan.rawValue, distribution.rawValue]
            case .zeros, .ones, .glorotUniform, .glorotNormal, .heUniform, .heNormal, .lecunUniform,
                .lecunNormal, .described:
                []
            }
        let name = TerminalText.escaped(name)
        return parameters.isEmpty ? name : name + "(" + parameters.joined(separator: ", ") + ")"
    }

    private static func text(_ value: Double) -> String {
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}

extension InitializerSpec {
    /// Whether and from what the values can be replayed: `seed 1, stream 4, reproducible`.
    var origin: String {
        isReproducible ? "seed \(seed), stream \(stream), reproducible" : "descriptive"
    }
}

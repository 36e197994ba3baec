import LTFNBytes
import LTFNCheckpoint

extension InitializerRecipe {
    /// The recipe with its parameters, as it may be written on the command line:
    /// `variance_scaling(2.6, fan_in, truncated_normal)`.
    var text: String {
        let parameters = parameters.map { parameter in
            switch parameter.value {
            case .number(let number): Self.text(number)
            case .word(let word): word
            }
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

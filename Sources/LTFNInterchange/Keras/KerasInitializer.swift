import LTFNBytes
import LTFNCheckpoint

/// The recipes that a description of Keras names.
enum KerasInitializer {
    /// What filled the variables of a layer at first, in the order of the variables; nil: it is not
    /// said.
    static func specs(of layer: KerasModel.Layer) -> [JSONValue?] {
        let keys: [String] =
            switch layer.className {
            case "BatchNormalization":
                (layer.config["scale"] == false ? [] : ["gamma"])
                    + (layer.config["center"] == false ? [] : ["beta"])
                    + ["moving_mean", "moving_variance"]
            case "Embedding": ["embeddings"]
            case "DepthwiseConv2D", "DepthwiseConv1D": ["depthwise", "bias"]
            default: ["kernel", "bias"]
            }
        return keys.map { layer.config["\($0)_initializer"] }
    }

    /// The record of a recipe that Keras names; nil: it names none. It cannot be replayed: Keras
    /// has generators of its own.
    static func spec(_ json: JSONValue, of tensor: TensorInfo) -> InitializerSpec? {
        // Names alone stand for the usual parameters.
        let className = json["class_name"]?.text ?? json.text ?? ""
        guard !className.isEmpty else { return nil }
        let config = json["config"] ?? .null
        let seed = config["seed"]?.u64 ?? config["seed"]?["config"]?["seed"]?.u64 ?? 0
        let recipe =
            recipe(className.filter { $0 != "_" }.lowercased(), config)
            ?? .described(name: String(className.prefix(100)), parameters: parameters(config))
        return InitializerSpec(recipe: recipe, seed: seed, fans: fans(tensor.shape.dimensions))
    }

    private static func recipe(_ name: String, _ config: JSONValue) -> InitializerRecipe? {
        func number(_ key: String, else usual: Double) -> Double? {
            guard let value = config[key] else { return usual }
            return value.number
        }
        switch name {
        case "zeros": return .zeros
        case "ones": return .ones
        case "constant": return number("value", else: 0).map { .constant($0) }
        case "randomuniform":
            guard let low = number("minval", else: -0.05), let high = number("maxval", else: 0.05)
            else { return nil }
            return .uniform(low: low, high: high)
        case "randomnormal", "truncatednormal":
            guard let mean = number("mean", else: 0), let deviation = number("stddev", else: 0.05)
            else { return nil }
            return name == "randomnormal"
                ? .normal(mean: mean, standardDeviation: deviation)
                : .truncatedNormal(mean: mean, standardDeviation: deviation)
        case "variancescaling": return varianceScaling(config, scale: number("scale", else: 1))
        case "glorotuniform": return .glorotUniform
        case "glorotnormal": return .glorotNormal
        case "heuniform": return .heUniform
        case "henormal": return .heNormal
        case "lecununiform": return .lecunUniform
        case "lecunnormal": return .lecunNormal
        default: return nil
        }
    }

    private static func varianceScaling(
        _ config: JSONValue, scale: Double?
    ) -> InitializerRecipe? {
        let fan = InitializerRecipe.FanMode(rawValue: config["mode"]?.text ?? "fan_in")
        let distribution: InitializerRecipe.Distribution? =
            switch config["distribution"]?.text ?? "truncated_normal" {
            // Before version 2.2.3 there was one normal, which was cut.
            case "truncated_normal", "normal": .correctedTruncatedNormal
            case "untruncated_normal": .untruncatedNormal
            case "uniform": .uniform
            default: nil
            }
        guard let scale, let fan, let distribution else { return nil }
        return .varianceScaling(scale: scale, fan: fan, distribution: distribution)
    }

    private static func parameters(_ config: JSONValue) -> Metadata {
        guard case .object(let members) = config else { return [:] }
        var parameters = Metadata()
        for member in members {
            switch member.value {
            case .string(let text): parameters[member.key] = .string(text)
            case .bool(let flag): parameters[member.key] = .bool(flag)
            case .int(let number): parameters[member.key] = .i64(number)
            case .double(let number): parameters[member.key] = .f64(number)
            default: continue
            }
        }
        return parameters
    }

    /// Of a kernel, whose last two axes are inputs and outputs.
    private static func fans(_ shape: [Int]) -> Fans? {
        guard shape.count >= 2 else { return nil }
        var field: UInt64 = 1
        for extent in shape.dropLast(2) { field = field &* UInt64(extent) }
        return Fans(
            fanIn: field &* UInt64(shape[shape.count - 2]),
            fanOut: field &* UInt64(shape[shape.count - 1]))
    }
}

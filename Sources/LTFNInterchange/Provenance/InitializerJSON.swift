import LTFNBytes
import LTFNCheckpoint

/// Initializers as JSON: `{"recipe": "uniform", "low": -1.0, "high": 1.0, "seed": 1, "stream": 2,
/// "fans": [3, 4], "reproducible": {"algorithm_version": 1, "digest": "…"}}`.
extension InitializerSpec {
    var json: JSONValue {
        var members =
            recipe.jsonMembers + [
                JSONMember("recipe", .string(recipe.jsonName)),
                JSONMember("seed", .number(seed)),
                JSONMember("stream", .number(stream)),
            ]
        if let fans {
            members.append(
                JSONMember("fans", .array([.number(fans.fanIn), .number(fans.fanOut)])))
        }
        if case .reproducible(let version, let digest) = evidence {
            members.append(
                JSONMember(
                    "reproducible",
                    [
                        "algorithm_version": .number(UInt64(version)),
                        "digest": .string(digest.description),
                    ]))
        }
        return .object(members)
    }

    /// - Throws: `corrupt`.
    init(json: JSONValue) throws(FormatError) {
        var fields = try JSONFields(json, of: "the initializer")
        self.init(
            recipe: try InitializerRecipe(&fields), seed: try fields.u64("seed"),
            stream: try fields.u64("stream"))
        if let fans = fields.optional("fans") {
            guard case .array(let values) = fans, values.count == 2, let fanIn = values[0].u64,
                let fanOut = values[1].u64
            else { throw fields.mismatch("fans") }
            self.fans = Fans(fanIn: fanIn, fanOut: fanOut)
        }
        if let record = fields.optional("reproducible") {
            evidence = try Self.evidence(record)
        }
        try fields.finish()
    }

    private static func evidence(_ json: JSONValue) throws(FormatError) -> Evidence {
        var fields = try JSONFields(json, of: "the initializer's evidence")
        let version = try fields.u64("algorithm_version")
        let digits = try fields.string("digest")
        try fields.finish()
        guard let version = UInt32(exactly: version),
            let digest = Hexadecimal.bytes(digits).flatMap({ SHA256Digest(bytes: $0) })
        else { throw fields.mismatch("digest") }
        return .reproducible(algorithmVersion: version, digest: digest)
    }

    /// How deep the JSON of the initializer is nested.
    var jsonDepth: Int {
        if case .described(_, let parameters) = recipe { return 1 + parameters.jsonDepth }
        return 2
    }
}

extension InitializerRecipe {
    fileprivate static let describedName = "described"

    fileprivate var jsonName: String {
        if case .described = self { Self.describedName } else { name }
    }

    fileprivate var jsonMembers: [JSONMember] {
        if case .described(let name, let parameters) = self {
            return [JSONMember("name", .string(name)), JSONMember("parameters", parameters.json)]
        }
        return parameters.map { parameter in
            switch parameter.value {
            case .number(let number): JSONMember(parameter.name, .bits(number))
            case .word(let word): JSONMember(parameter.name, .string(word))
            }
        }
    }

    fileprivate init(_ fields: inout JSONFields) throws(FormatError) {
        switch try fields.string("recipe") {
        case "zeros": self = .zeros
        case "ones": self = .ones
        case "glorot_uniform": self = .glorotUniform
        case "glorot_normal": self = .glorotNormal
        case "he_uniform": self = .heUniform
        case "he_normal": self = .heNormal
        case "lecun_uniform": self = .lecunUniform
        case "lecun_normal": self = .lecunNormal
        case "constant": self = .constant(try fields.f64("value"))
        case "uniform":
            self = .uniform(low: try fields.f64("low"), high: try fields.f64("high"))
        case "normal":
            self = .normal(
                mean: try fields.f64("mean"),
                standardDeviation: try fields.f64("standard_deviation"))
        case "truncated_normal":
            self = .truncatedNormal(
                mean: try fields.f64("mean"),
                standardDeviation: try fields.f64("standard_deviation"))
        case "scaled_normal": self = .scaledNormal(factor: try fields.f64("factor"))
        case "variance_scaling": self = try Self.varianceScaling(&fields)
        case Self.describedName:
            self = .described(
                name: try fields.string("name"),
                parameters: try Metadata(json: fields.required("parameters")))
        default: throw fields.mismatch("recipe")
        }
    }

    private static func varianceScaling(
        _ fields: inout JSONFields
    ) throws(FormatError) -> InitializerRecipe {
        let scale = try fields.f64("scale")
        guard let fan = FanMode(rawValue: try fields.string("fan")) else {
            throw fields.mismatch("fan")
        }
        guard let distribution = Distribution(rawValue: try fields.string("distribution")) else {
            throw fields.mismatch("distribution")
        }
        return .varianceScaling(scale: scale, fan: fan, distribution: distribution)
    }
}

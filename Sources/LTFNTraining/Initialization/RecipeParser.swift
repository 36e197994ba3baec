import LTFNBytes
import LTFNCheckpoint
import LTFNInitializers

/// A wish that cannot be fulfilled as it stands: a wrong option, a rule that means nothing.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One or two sentences: what was found, what was expected.
    public var message: String
    /// What helps.
    public var remedy: FormatError.Remedy?

    public init(_ message: String, remedy: FormatError.Remedy? = nil) {
        self.message = message
        self.remedy = remedy
    }

    public var description: String { message + (remedy.map { " \($0)" } ?? "") }
}

extension ConfigurationError {
    /// That there is no `kind` of this name, and what may have been meant.
    static func unknown(
        _ kind: String, _ name: String, among names: [String], meanings: [String: String] = [:]
    ) -> ConfigurationError {
        let meant = Spelling.suggestion(for: name, among: names, meanings: meanings)
        return ConfigurationError(
            "There is no \(kind) \"\(name)\"; "
                + (meant.map { "did you mean \($0)? There are " } ?? "expected one of ")
                + names.joined(separator: ", ") + ".")
    }
}

extension InitializerRecipe {
    /// Reads a recipe as it stands on a command line: `he_normal`, `uniform:-0.1,0.1`,
    /// `variance_scaling:scale=2,fan=fan_avg`.
    ///
    /// The name, in which a hyphen is as good as an underscore; then, after a colon, its
    /// parameters in order or by name.
    ///
    /// - Throws: for an unknown name, and for parameters that are missing, too many, or have no
    ///   meaning.
    public init(parsing text: String) throws(ConfigurationError) {
        var arguments = try RecipeArguments(text)
        self = try Self.make(&arguments)
        try arguments.expectNoMore()
        // Numbers may be right one by one and leave a range that has no width in float64.
        guard ExpectedMoments(recipe: self, fans: Fans(fanIn: 1, fanOut: 1)) != nil else {
            throw ConfigurationError(
                "\(text) cannot be sampled: its range is too wide for float64.")
        }
    }

    private static func make(
        _ arguments: inout RecipeArguments
    ) throws(ConfigurationError) -> InitializerRecipe {
        switch arguments.name {
        case "zeros": return .zeros
        case "ones": return .ones
        case "constant": return .constant(try arguments.number("value"))
        case "uniform": return try uniform(&arguments)
        case "normal", "random_normal":
            let deviation = try arguments.number("stddev", default: 1, atLeast: 0)
            return .normal(
                mean: try arguments.number("mean", default: 0), standardDeviation: deviation)
        case "truncated_normal":
            let deviation = try arguments.number("stddev", default: 1, atLeast: 0)
            return .truncatedNormal(
                mean: try arguments.number("mean", default: 0), standardDeviation: deviation)
        case "scaled_normal": return .scaledNormal(factor: try arguments.number("factor"))
        case "variance_scaling": return try varianceScaling(&arguments)
        case "tf1_variance_scaling":
            let factor = try arguments.number("factor", default: 2, atLeast: 0)
            return .tensorFlow1VarianceScaling(
                factor: factor, fan: try arguments.choice("fan", default: FanMode.fanIn))
        case "glorot_uniform", "xavier_uniform", "xavier", "glorot": return .glorotUniform
        case "glorot_normal": return .glorotNormal
        case "xavier_normal": return .xavierNormal
        case "he_uniform", "kaiming_uniform": return .heUniform
        case "he_normal": return .heNormal
        case "kaiming_normal": return .kaimingNormal
        case "lecun_uniform": return .lecunUniform
        case "lecun_normal": return .lecunNormal
        default:
            throw ConfigurationError.unknown(
                "initializer", arguments.name, among: ["he"] + names, meanings: meanings)
        }
    }

    /// The names that `init(parsing:)` knows, with the parameters that they take:
    /// `[:stddev[,mean]]`.
    ///
    /// A name that a framework has means that framework's distribution.
    public static let usages: KeyValuePairs = [
        "zeros": "", "ones": "", "constant": ":value", "uniform": ":low,high",
        "normal": "[:stddev[,mean]]", "truncated_normal": "[:stddev[,mean]]",
        "scaled_normal": ":factor", "variance_scaling": "[:scale[,fan[,distribution]]]",
        "tf1_variance_scaling": "[:factor[,fan]]", "glorot_uniform": "", "glorot_normal": "",
        "xavier_uniform": "", "xavier_normal": "", "he_uniform": "", "he_normal": "",
        "kaiming_uniform": "", "kaiming_normal": "", "lecun_uniform": "", "lecun_normal": "",
    ]

    /// The names that `init(parsing:)` knows.
    public static let names = usages.map(\.key)

    /// What recipes are called elsewhere, without underscores, and what comes nearest here.
    private static let meanings = [
        "kaiming": "kaiming_normal", "msra": "kaiming_normal", "msranormal": "kaiming_normal",
        "gaussian": "normal",
        "randn": "normal", "randomnormal": "normal", "randomuniform": "uniform", "rand": "uniform",
        "zero": "zeros",
        "one": "ones", "const": "constant", "fill": "constant", "truncnormal": "truncated_normal",
        "truncated": "truncated_normal", "trunc": "truncated_normal", "lecun": "lecun_normal",
        "scaled": "scaled_normal", "scaling": "variance_scaling",
    ]

    private static func uniform(
        _ arguments: inout RecipeArguments
    ) throws(ConfigurationError) -> InitializerRecipe {
        guard arguments.count == 2 else {
            throw ConfigurationError(
                "uniform takes two numbers, and has "
                    + (arguments.count == 0 ? "none" : "\(arguments.count)")
                    + "; expected uniform:LOW,HIGH, as in uniform:-0.05,0.05.")
        }
        let low = try arguments.number("low")
        let high = try arguments.number("high")
        guard low < high else {
            throw ConfigurationError(
                "uniform takes low,high with low below high, found \(low) and \(high).")
        }
        return .uniform(low: low, high: high)
    }

    private static func varianceScaling(
        _ arguments: inout RecipeArguments
    ) throws(ConfigurationError) -> InitializerRecipe {
        .varianceScaling(
            scale: try arguments.number("scale", default: 1, atLeast: 0),
            fan: try arguments.choice("fan", default: FanMode.fanIn),
            distribution: try arguments.choice(
                "distribution", default: Distribution.correctedTruncatedNormal,
                // Keras means the corrected one.
                synonyms: ["truncated_normal": .correctedTruncatedNormal]))
    }
}

/// The parameters of a recipe on a command line, taken one after the other.
struct RecipeArguments {
    let name: String
    private var unnamed: ArraySlice<String> = []
    private var named: [String: String] = [:]

    /// How many have not been taken.
    var count: Int { unnamed.count + named.count }

    init(_ text: String) throws(ConfigurationError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        name = Self.canonical(parts[0])
        guard parts.count == 2 else { return }
        for argument in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
            let pair = argument.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = Self.trimmed(pair[pair.count - 1])
            if pair.count == 1 {
                unnamed.append(value)
            } else if named.updateValue(value, forKey: Self.canonical(pair[0])) != nil {
                throw ConfigurationError("\(name) has \(Self.canonical(pair[0])) twice.")
            }
        }
    }

    /// - Throws: when the parameter is missing and has no default, or is not a number from
    ///   `atLeast` on.
    mutating func number(
        _ key: String, default missing: Double? = nil, atLeast: Double? = nil
    ) throws(ConfigurationError) -> Double {
        guard let text = take(key) else {
            if let missing { return missing }
            throw ConfigurationError("\(name) takes a parameter: \(name):\(key.uppercased()).")
        }
        guard let value = Double(text), value.isFinite, value >= atLeast ?? value else {
            let bound = atLeast.map { ", \($0) or more" } ?? ""
            throw ConfigurationError(
                "The \(key) of \(name) is \"\(text)\"; expected a number\(bound).")
        }
        return value
    }

    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String, default missing: Choice, synonyms: [String: Choice] = [:]
    ) throws(ConfigurationError) -> Choice {
        guard let text = take(key) else { return missing }
        let word = Self.canonical(text)
        if let choice = Choice(rawValue: word) ?? synonyms[word] { return choice }
        throw ConfigurationError(
            "The \(key) of \(name) is \"\(text)\"; expected one of "
                + Choice.allCases.map(\.rawValue).joined(separator: ", ") + ".")
    }

    func expectNoMore() throws(ConfigurationError) {
        guard let extra = unnamed.first ?? named.keys.min() else { return }
        throw ConfigurationError("\(name) has no parameter \"\(extra)\".")
    }

    private mutating func take(_ key: String) -> String? {
        named.removeValue(forKey: key) ?? unnamed.popFirst()
    }

    private static func canonical(_ text: some StringProtocol) -> String {
        trimmed(text).lowercased().split(separator: "-", omittingEmptySubsequences: false)
            .joined(separator: "_")
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var rest = Substring(text)
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}

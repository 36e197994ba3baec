import LTFNCheckpoint
import LTFNTraining
import Testing

/// The sentence of the error that `body` throws; nil when it does not.
func sentence<T>(_ body: () throws(ConfigurationError) -> T) -> String? {
    do throws(ConfigurationError) {
        _ = try body()
        return nil
    } catch {
        return error.message
    }
}

@Suite("Initializer rules")
struct InitializationRuleTests {
    @Test(
        "recipes are read with their parameters in order or by name",
        arguments: [
            ("zeros", .zeros), ("ONES", .ones), ("constant:0.5", .constant(0.5)),
            ("uniform:-0.1,0.1", .uniform(low: -0.1, high: 0.1)),
            ("uniform:high=2,low=1", .uniform(low: 1, high: 2)),
            ("normal", .normal(mean: 0, standardDeviation: 1)),
            ("normal:0.1", .normal(mean: 0, standardDeviation: 0.1)),
            ("normal:mean=3,stddev=0.1", .normal(mean: 3, standardDeviation: 0.1)),
            ("truncated-normal:0.02,1", .truncatedNormal(mean: 1, standardDeviation: 0.02)),
            ("scaled-normal:0.01", .scaledNormal(factor: 0.01)),
            ("scaled_normal:factor=1e-2", .scaledNormal(factor: 0.01)),
            ("xavier", .glorotUniform), ("glorot_normal", .glorotNormal),
            ("he_uniform", .heUniform), ("he-normal", .heNormal),
            ("lecun_uniform", .lecunUniform), ("lecun_normal", .lecunNormal),
            ("kaiming_uniform", .heUniform), ("kaiming-normal", .kaimingNormal),
            ("xavier_uniform", .glorotUniform), ("xavier_normal", .xavierNormal),
            (
                "kaiming_normal",
                .varianceScaling(scale: 2, fan: .fanIn, distribution: .untruncatedNormal)
            ),
            (
                "tf1_variance_scaling",
                .varianceScaling(scale: 2.6, fan: .fanIn, distribution: .uncorrectedTruncatedNormal)
            ),
            (
                "tf1-variance-scaling:factor=1,fan=fan_avg",
                .varianceScaling(
                    scale: 1.3, fan: .fanAverage, distribution: .uncorrectedTruncatedNormal)
            ),
            (
                "variance_scaling:2.6,fan_in,uncorrected_truncated_normal",
                .varianceScaling(scale: 2.6, fan: .fanIn, distribution: .uncorrectedTruncatedNormal)
            ),
            // Keras' words, and its default.
            (
                "variance_scaling:2,fan_out,truncated_normal",
                .varianceScaling(scale: 2, fan: .fanOut, distribution: .correctedTruncatedNormal)
            ),
            (
                "variance_scaling",
                .varianceScaling(scale: 1, fan: .fanIn, distribution: .correctedTruncatedNormal)
            ),
            (
                "variance-scaling:scale=1,distribution=uniform,fan=fan-avg",
                .varianceScaling(scale: 1, fan: .fanAverage, distribution: .uniform)
            ),
        ] as [(String, InitializerRecipe)])
    func recipes(text: String, recipe: InitializerRecipe) throws {
        #expect(try InitializerRecipe(parsing: text) == recipe)
    }

    @Test(
        "what means nothing gets a sentence that names it",
        arguments: [
            ("", "There is no initializer \"\""), ("hee", "There is no initializer \"hee\""),
            ("constant", "constant takes a parameter"), ("constant:x", "The value of constant"),
            ("constant:nan", "The value of constant"), ("constant:1e999", "The value of constant"),
            ("normal:-1", "The stddev of normal is \"-1\"; expected a number, 0.0 or more"),
            ("uniform:1,1", "uniform takes low,high"), ("uniform:1", "uniform takes two numbers"),
            ("zeros:1", "zeros has no parameter \"1\""),
            ("normal:sigma=1", "normal has no parameter \"sigma\""),
            ("normal:stddev=1,stddev=2", "normal has stddev twice"),
            ("variance_scaling:1,fan_sideways", "The fan of variance_scaling"),
            ("tf1_variance_scaling:-2", "The factor of tf1_variance_scaling is \"-2\""),
            ("tf1_variance_scaling:1.7e308", "tf1_variance_scaling:1.7e308 cannot be sampled"),
        ])
    func nonsense(text: String, start: String) {
        let message = sentence { () throws(ConfigurationError) in
            try InitializerRecipe(parsing: text)
        }
        #expect(message?.hasPrefix(start) == true, "\(message ?? "no error")")
    }

    @Test("a pattern stands before the first =, unless a parameter does")
    func patterns() throws {
        let rule = try InitializationRule(parsing: "layer*_weights=normal:stddev=0.1")
        #expect(rule.pattern == GlobPattern("layer*_weights"))
        #expect(rule.filling == .recipe(.normal(mean: 0, standardDeviation: 0.1)))
        #expect(try InitializationRule(parsing: "normal:stddev=0.1").pattern == nil)
        #expect(try InitializationRule(parsing: "*=he").filling == .he)
        #expect(
            sentence { () throws(ConfigurationError) in
                try InitializationRule(parsing: "=he")
            } != nil)
    }

    @Test("the presets of the tutorial: he mixed, the others for all weights, biases zero")
    func presets() throws {
        let model = ModelCatalogue.tutorialConvnet
        let he = try model.recipes(under: [])
        let same = try model.recipes(under: [InitializationRule(parsing: "he")])
        #expect(he == same)
        #expect(
            he[0]
                == .varianceScaling(
                    scale: 2.6, fan: .fanIn, distribution: .uncorrectedTruncatedNormal))
        #expect(he[8] == .glorotUniform)
        #expect((0..<5).allSatisfy { he[2 * $0 + 1] == .zeros })
        let small = try model.recipes(
            under: [InitializationRule(parsing: "scaled-normal:0.01")])
        for index in 0..<5 {
            #expect(small[2 * index] == .scaledNormal(factor: 0.01))
            #expect(small[2 * index + 1] == .zeros)
        }
    }

    @Test("of two rules about one variable the later counts; one about none is an error")
    func order() throws {
        let model = ModelCatalogue.tutorialConvnet
        let rules = try ["normal", "layer1_*=ones", "layer?_bias=constant:2"].map {
            try InitializationRule(parsing: $0)
        }
        let recipes = try model.recipes(under: rules)
        #expect(recipes[0] == .ones)
        #expect(recipes[1] == .constant(2))
        #expect(recipes[2] == .normal(mean: 0, standardDeviation: 1))
        #expect(recipes[9] == .zeros)
        let message = sentence { () throws(ConfigurationError) in
            try model.recipes(under: [InitializationRule(parsing: "conv*=he")])
        }
        #expect(message?.contains("No variable of tutorial-convnet fits \"conv*\"") == true)
        #expect(message?.contains("layer1_weights") == true)
    }

    @Test(
        "patterns match whole names",
        arguments: [
            ("*", "", true), ("*", "abc", true), ("a*c", "abc", true), ("a*c", "ac", true),
            ("a*c", "abcd", false), ("a?c", "abc", true), ("a?c", "ac", false),
            ("*_weights", "layer1_weights", true), ("*a*b", "xaxbxb", true),
            ("*a*b", "xaxbxc", false), ("", "", true), ("", "a", false), ("abc", "abc", true),
            ("**", "x", true), ("?*", "", false),
        ])
    func globs(pattern: String, name: String, fits: Bool) {
        #expect(GlobPattern(pattern).matches(name) == fits)
    }
}

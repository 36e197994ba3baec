import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNInitializers
import LTFNTraining
import TestSupport
import Testing

/// Recipes under a framework's name against that framework's own values.
@Suite("Recipes of frameworks")
struct FrameworkRecipeTests {
    /// What `tools/make_framework_moments.py` measured.
    struct Document: Decodable {
        let fanIn: UInt64
        let fanOut: UInt64
        let recipes: [Measurement]

        var fans: Fans { Fans(fanIn: fanIn, fanOut: fanOut) }
    }

    struct Measurement: Decodable {
        let framework: String
        let recipe: String
        let standardDeviation: Double
        let least: Double
        let greatest: Double
    }

    static let tolerance = 0.005

    private func document() throws -> Document {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let file = Repository.url("Fixtures/frameworks/standard-deviations.json")
        return try decoder.decode(Document.self, from: Data(contentsOf: file))
    }

    @Test("What is expected of a recipe is what the framework's values have (LTFN-I31)")
    func expected() throws {
        let document = try document()
        #expect(document.recipes.count == 21)
        for measured in document.recipes {
            let recipe = try InitializerRecipe(parsing: measured.recipe)
            let expected = try #require(ExpectedMoments(recipe: recipe, fans: document.fans))
            let name = "\(measured.framework): \(measured.recipe)"
            #expect(
                abs(expected.standardDeviation / measured.standardDeviation - 1) < Self.tolerance,
                "\(name)")
            // What is not cut passes four deviations in three million values, what is cut none.
            if expected.maximum.isFinite {
                let width = measured.greatest - measured.least
                #expect(abs((expected.maximum - expected.minimum) / width - 1) < 0.001, "\(name)")
            } else {
                #expect(measured.greatest > 4 * measured.standardDeviation, "\(name)")
            }
        }
    }

    @Test("The values of a recipe have the standard deviation of the framework's (LTFN-I31)")
    func sampled() throws {
        let document = try document()
        for measured in document.recipes {
            let initializer = try Initializer(
                recipe: InitializerRecipe(parsing: measured.recipe), seed: 1, stream: 2,
                fans: document.fans, dtype: .f32)
            let values = try initializer.sample(0..<400_000)
            var sum = 0.0
            var squares = 0.0
            for index in values.floats.indices {
                let value = Double(values.floats[index])
                sum += value
                squares += value * value
            }
            let count = Double(values.floats.count)
            let deviation = (squares / count - sum / count * (sum / count)).squareRoot()
            #expect(
                abs(deviation / measured.standardDeviation - 1) < Self.tolerance,
                "\(measured.framework): \(measured.recipe)")
        }
    }
}

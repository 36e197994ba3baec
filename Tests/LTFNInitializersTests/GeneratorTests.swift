import LTFNInitializers
import Testing

@Suite("Generator")
struct GeneratorTests {
    private struct Document: Decodable {
        struct Answer: Decodable {
            let seed: String
            let counterLowHigh: String
            let words: String
        }
        let answers: [Answer]
    }

    @Test("LTFN-I14 LTFN-I15: the known answers of Random123")
    func knownAnswers() throws {
        let answers = try vectors("generator.json", as: Document.self).answers
        #expect(answers.count == 3)
        for answer in answers {
            let seed = try #require(UInt64(answer.seed, radix: 16))
            let counter = answer.counterLowHigh.split(separator: " ")
                .compactMap { UInt64($0, radix: 16) }
            let words = answer.words.split(separator: " ").compactMap { UInt32($0, radix: 16) }
            #expect(Philox(seed: seed).block(low: counter[0], high: counter[1]) == words)
        }
    }
}

import LTFNBytes
import Testing

@Suite("Spelling")
struct SpellingTests {
    private static let words = ["verify", "show", "activations", "learning-rate", "color", "he"]

    @Test(
        "a word with a slip, or half of one, is told from a strange one",
        arguments: [
            ("verfiy", "verify"), ("verifiy", "verify"), ("Verify", "verify"), ("ver", "verify"),
            ("activation", "activations"), ("learning_rate", "learning-rate"), ("colr", "color"),
            ("lr", nil), ("model", nil), ("h", nil), ("", nil), ("--", nil), ("xyz", nil),
            (String(repeating: "verify", count: 1000), nil),
        ] as [(String, String?)])
    func suggestions(word: String, meant: String?) {
        #expect(Spelling.suggestion(for: word, among: Self.words) == meant)
    }

    @Test("what a word means elsewhere counts before its letters, where there is such a thing")
    func meanings() {
        let meanings = ["lr": "learning-rate", "colr": "learning-rate", "jobs": "threads"]
        func meant(_ word: String) -> String? {
            Spelling.suggestion(for: word, among: Self.words, meanings: meanings)
        }
        #expect(meant("lr") == "learning-rate")
        #expect(meant("L-R") == "learning-rate")
        #expect(meant("colr") == "learning-rate")
        #expect(meant("jobs") == nil)
    }

    @Test("lines keep their ends and nothing else that could steer a terminal")
    func lines() {
        #expect(TerminalText.escapedLines("a\nb\n") == "a\nb\n")
        #expect(
            TerminalText.escapedLines("a\r\n\u{9B}1m\u{202E}é\t\n")
                == "a\\u{D}\n\\u{9B}1m\\u{202E}é\\u{9}\n")
    }
}

import LTFNBytes
import Testing

@Suite("Columns of text")
struct TextColumnsTests {
    @Test(
        "are those of a terminal",
        arguments: [
            ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("重み", 4), ("한글", 4),
            ("\u{1112}\u{1161}\u{11AB}", 2), ("ＡＢ", 4), ("ｱ", 1), ("Ω≈", 2), ("👍🏽", 2),
            ("👨‍👩‍👧‍👦", 2), ("🇩🇪", 2), ("❤\u{FE0F}", 2), ("❤", 1), ("א", 1), ("नि", 2), ("ก็", 1),
            ("𠀀", 2), ("a\u{200D}b", 2), ("…", 1), ("│█", 2),
        ])
    func columns(text: String, count: Int) {
        #expect(TerminalText.columns(text) == count)
    }

    @Test("are what text is cut by")
    func cutting() {
        #expect(TerminalText.cut("abcdef", to: 6, mark: "…") == "abcdef")
        #expect(TerminalText.cut("abcdef", to: 5, mark: "…") == "ab…ef")
        #expect(TerminalText.cut("重み付き", to: 6, mark: "…") == "重…き")
        #expect(TerminalText.cut("重み付き", to: 5, mark: "..") == "重..")
        #expect(TerminalText.cut("abc", to: 0, mark: "…") == "…")
    }
}

import LTFNCommand
import Testing

@Suite("Terminal")
struct TerminalTests {
    func terminal(
        isTerminal: Bool = true, columns: Int? = 100, color: ColorChoice = .auto,
        _ environment: [String: String] = [:]
    ) -> Terminal {
        Terminal(isTerminal: isTerminal, columns: columns, color: color) { environment[$0] }
    }

    @Test("Colour is for terminals that want it")
    func color() {
        #expect(terminal().hasColor)
        #expect(terminal(["NO_COLOR": ""]).hasColor)
        #expect(!terminal(["NO_COLOR": "1"]).hasColor)
        #expect(!terminal(["TERM": "dumb"]).hasColor)
        #expect(!terminal(isTerminal: false).hasColor)
        #expect(terminal(isTerminal: false, color: .always, ["NO_COLOR": "1"]).hasColor)
        #expect(!terminal(color: .never).hasColor)
        #expect(terminal().styled("x", .red) != "x")
        #expect(terminal(color: .never).styled("x", .red) == "x")
    }

    @Test("The width is the terminal's, else COLUMNS, else 80")
    func width() {
        #expect(terminal().width == 100)
        #expect(terminal(columns: nil, ["COLUMNS": "132"]).width == 132)
        #expect(terminal(columns: nil, ["COLUMNS": "-1"]).width == 80)
        #expect(terminal(columns: nil).width == 80)
        #expect(terminal(columns: 1).width == 20)
    }

    @Test("Block characters are for UTF-8 locales")
    func unicode() {
        #expect(terminal(["LANG": "en_US.UTF-8"]).isUnicode)
        #expect(terminal(["LANG": "C", "LC_ALL": "C.utf8"]).isUnicode)
        #expect(!terminal(["LANG": "en_US.UTF-8", "LC_ALL": "C"]).isUnicode)
        #expect(!terminal().isUnicode)
    }

    @Test("A dumb terminal has no cursor to move")
    func cursor() {
        #expect(terminal().hasCursor)
        #expect(!terminal(["TERM": "dumb"]).hasCursor)
        #expect(!terminal(isTerminal: false).hasCursor)
    }
}

@Suite("Sentences on a terminal")
struct WrappingTests {
    private static let sentence = "ltfn-convert: error: a name that is quite long, and more words."

    @Test("In a pipe a sentence is one line")
    func pipe() {
        let terminal = Terminal(isInteractive: false, width: 40)
        #expect(terminal.lines(of: Self.sentence, indent: 2) == [Self.sentence])
    }

    @Test("Before a person it is wrapped at words, with an indent", arguments: [20, 40, 60])
    func person(width: Int) {
        let terminal = Terminal(isInteractive: true, width: width)
        let lines = terminal.lines(of: Self.sentence, indent: 2)
        #expect(lines.count > 1)
        #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("  ") && !$0.hasPrefix("   ") })
        #expect(lines.allSatisfy { $0.count < width || $0.split(separator: " ").count == 1 })
        let words = lines.flatMap { $0.split(separator: " ") }
        #expect(words == Self.sentence.split(separator: " "))
    }

    @Test("A command at the end is not cut, for it is there to be copied")
    func command() {
        let terminal = Terminal(isInteractive: true, width: 40)
        let lines = terminal.lines(
            of: "ltfn-eval: error: It is cut. This recovers it: ltfn-convert --recover a -o b.ltfn",
            indent: 2)
        #expect(lines.last == "  ltfn-convert --recover a -o b.ltfn")
    }
}

@Suite("Progress")
struct ProgressTests {
    let state = ProgressState(
        label: "evaluate", unit: "images", completed: 6400, total: 10_000, seconds: 4.2)

    @Test("Away from a terminal, progress is a whole line")
    func line() {
        #expect(
            state.line == "evaluate:  64 %, 6400/10000 images, 1524 images/s, 2.36 s left")
    }

    @Test("On a terminal it is a bar that fits", arguments: [20, 60, 80, 200])
    func bar(width: Int) {
        let bar = state.bar(on: Terminal(isInteractive: true, width: width))
        #expect(bar.count < width)
        #expect(bar.hasPrefix("evaluate "))
        if width == 200 {
            #expect(bar.filter { $0 == "█" }.count == 19)
            #expect(bar.filter { $0 == "░" }.count == 11)
        }
    }

    @Test("Bytes are counted in their thousands and millions, and facts are dropped whole")
    func bytes() {
        let state = ProgressState(
            label: "writing", unit: "bytes", completed: 12_582_912, total: 64_000_000,
            seconds: 0.125)
        #expect(state.line == "writing:  19 %, 12.6 of 64.0 MB, 101 MB/s, 0.511 s left")
        let facts = ["12.6 of 64.0 MB", ", 101 MB/s", ", 0.511 s left"]
        for width in 20...90 {
            let bar = state.bar(on: Terminal(isInteractive: true, width: width))
            let shown = bar.firstRange(of: "%  ").map { bar[$0.upperBound...] } ?? ""
            #expect((0...3).contains { facts.prefix($0).joined() == shown }, "\(bar)")
        }
    }

    @Test("Nothing done, nothing to do: no rate, no trap")
    func empty() {
        let state = ProgressState(
            label: "x", unit: "files", completed: 0, total: 0, seconds: 0)
        #expect(state.line == "x:   0 %, 0/0 files, 0 files/s")
    }

    @Test("Numbers have three digits that count")
    func digits() {
        let cases: [(Double, String)] = [
            (0, "0"), (0.0312, "0.0312"), (4.25, "4.25"), (9.999, "10.0"), (63.14, "63.1"),
            (99.96, "100"), (1520.4, "1520"), (-0.5, "-0.500"),
        ]
        for (value, text) in cases { #expect(inThreeDigits(value) == text) }
    }

    @Test("Durations are told as people tell them")
    func durations() {
        #expect(duration(0.523) == "0.523 s")
        #expect(duration(14.4) == "14 s")
        #expect(duration(185) == "3 min 05 s")
        #expect(duration(7620) == "2 h 07 min")
        #expect(duration(.infinity) == "?")
    }
}

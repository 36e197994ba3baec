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

import LTFNBytes

/// Shows how far a long loop is: a bar on a terminal, else one whole line for each interval.
///
/// Used by one thread.
public final class ProgressReporter {
    private var label: String
    private let unit: String
    private let total: Int
    private let terminal: Terminal
    private let isQuiet: Bool
    private let interval: Duration
    private let output: Output
    private var start = ContinuousClock.now
    private var lastReport = ContinuousClock.now
    private var hasBar = false

    /// - Parameters:
    ///   - label: what is being done: `evaluate`.
    ///   - total: how many units there are.
    ///   - unit: what is counted, in the plural: `images`; `bytes` are shown as kB, MB, ….
    ///   - interval: the time between two lines where there is no bar.
    public init(
        label: String, total: Int, unit: String, terminal: Terminal, isQuiet: Bool = false,
        interval: Duration = .seconds(10), output: Output = .stderr
    ) {
        self.label = label
        self.total = max(total, 0)
        self.unit = unit
        self.terminal = terminal
        self.isQuiet = isQuiet
        self.interval = interval
        self.output = output
    }

    /// Begins another pass over the same units; nothing happens when it is the one that runs.
    public func begin(_ label: String) {
        guard label != self.label else { return }
        self.label = label
        start = .now
    }

    /// Tells that `completed` units are done. Cheap: most calls show nothing.
    ///
    /// - Parameter note: a few more words: `cost 0.3124`.
    public func update(_ completed: Int, note: String = "") {
        guard !isQuiet else { return }
        let now = ContinuousClock.now
        let pause = terminal.hasCursor ? Duration.milliseconds(100) : interval
        guard now - lastReport >= pause else { return }
        lastReport = now
        let state = ProgressState(
            label: label, unit: unit, completed: completed, total: total,
            seconds: (now - start).inSeconds, note: note)
        if terminal.hasCursor {
            hasBar = true
            output.replaceLine(with: state.bar(on: terminal))
        } else {
            output.writeLine(state.line)
        }
    }

    /// Writes a line of text above the bar, to standard error.
    public func writeLine(_ text: String) {
        clear()
        output.writeLine(text)
    }

    /// Takes the bar off the screen.
    public func clear() {
        guard hasBar else { return }
        hasBar = false
        output.replaceLine()
    }
}

/// One moment of a long loop, in words.
package struct ProgressState {
    var label: String
    var unit: String
    var completed: Int
    var total: Int
    var seconds: Double
    var note: String

    package init(
        label: String, unit: String, completed: Int, total: Int, seconds: Double, note: String = ""
    ) {
        self.label = label
        self.unit = unit
        self.completed = completed
        self.total = total
        self.seconds = seconds
        self.note = note
    }

    var fraction: Double { total > 0 ? min(1, Double(completed) / Double(total)) : 0 }

    /// Units a second so far.
    var rate: Double { seconds > 0 ? Double(completed) / seconds : 0 }

    var secondsLeft: Double? {
        rate > 0 && total > 0 ? Double(max(0, total - completed)) / rate : nil
    }

    private var percentage: String {
        let text = String(Int((fraction * 100).rounded(.down)))
        return text.aligned(3) + " %"
    }

    private var facts: [String] {
        var parts = amounts
        if let secondsLeft { parts.append(duration(secondsLeft) + " left") }
        if !note.isEmpty { parts.append(note) }
        return parts
    }

    /// How many are done, and how many in a second.
    private var amounts: [String] {
        guard unit == "bytes" else {
            return ["\(completed)/\(total) \(unit)", "\(inThreeDigits(rate)) \(unit)/s"]
        }
        let steps = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")]
        let (size, name) = steps.first { Double(total) >= $0.0 } ?? (1, "B")
        let done = NumberText.fixed(Double(completed) / size, size > 1 ? 1 : 0)
        let all = NumberText.fixed(Double(total) / size, size > 1 ? 1 : 0)
        let speed = NumberText.byteCount(UInt64(min(rate, 1e18)), unit: .decimal)
        return ["\(done) of \(all) \(name)", "\(speed)/s"]
    }

    /// `evaluate:  64 %, 6400/10000 images, 1520 images/s, 2 s left`
    package var line: String {
        "\(label): \(percentage), \(facts.joined(separator: ", "))"
    }

    /// The same with a bar, in one line of the terminal; where that is narrow, the last facts are
    /// left out.
    package func bar(on terminal: Terminal) -> String {
        let head = "\(label) "
        var parts = facts
        var tail: String {
            " \(percentage)" + (parts.isEmpty ? "" : "  " + parts.joined(separator: ", "))
        }
        var room: Int { terminal.width - 1 - head.count - tail.count }
        while room < 5, !parts.isEmpty { parts.removeLast() }
        let barWidth = min(30, room)
        guard barWidth >= 5 else { return String((head + tail).prefix(terminal.width - 1)) }
        let filled = Int((fraction * Double(barWidth)).rounded(.down))
        let (full, empty) = terminal.isUnicode ? ("█", "░") : ("#", ".")
        return head + terminal.styled(String(repeating: full, count: filled), .cyan)
            + terminal.styled(String(repeating: empty, count: barWidth - filled), .dim) + tail
    }
}

extension Duration {
    /// The duration in seconds.
    public var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}

/// `0.52 s`, `14 s`, `3 min 05 s`, `2 h 07 min`
public func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
    if seconds < 9.995 { return inThreeDigits(seconds) + " s" }
    let whole = Int(seconds.rounded())
    func twoDigits(_ number: Int) -> String { "\(number)".aligned(2, with: "0") }
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(twoDigits(whole % 60)) s" }
    return "\(whole / 3600) h \(twoDigits(whole % 3600 / 60)) min"
}

/// `0.0312`, `4.25`, `63.1`, `1520`: three digits that count, and no exponent.
public func inThreeDigits(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    if value == 0 { return "0" }
    var decimals = 0
    var limit = 100.0
    while abs(value) < limit - limit * 0.0005, decimals < 6 {
        decimals += 1
        limit /= 10
    }
    return NumberText.fixed(value, decimals)
}

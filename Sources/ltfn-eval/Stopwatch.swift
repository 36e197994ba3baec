import LTFNCommand

/// How the time of a run parts.
struct Stopwatch {
    enum Phase: CaseIterable {
        case openAndDecode, preprocess, compute
    }

    private let start = ContinuousClock.now
    private var last = ContinuousClock.now
    private var durations: [Phase: Duration] = [:]

    /// Books the time since the last call.
    mutating func finish(_ phase: Phase) {
        let now = ContinuousClock.now
        durations[phase, default: .zero] += now - last
        last = now
    }

    func seconds(_ phase: Phase) -> Double { durations[phase, default: .zero].inSeconds }

    /// All phases together.
    var total: Double { (last - start).inSeconds }
}

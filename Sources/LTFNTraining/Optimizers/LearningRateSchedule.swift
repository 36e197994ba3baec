/// What the learning rate is multiplied with, step by step.
public struct LearningRateSchedule: Hashable, Sendable {
    /// So many steps the rate grows in a line from rate / `warmUp` to the whole rate (Goyal et al.
    /// 2017, §2.2); `course` begins after them.
    public var warmUp: Int
    public var course: Course

    /// How the rate goes on, t steps after the warm-up.
    public enum Course: Hashable, Sendable {
        /// 1
        case constant
        /// factor^⌊t / every⌋
        case step(every: Int, factor: Double)
        /// final + (1 − final) · (1 + cos(π·t / steps)) / 2, and `final` from t = `steps` on
        /// (Loshchilov and Hutter 2017, eq. 5, without restarts). nil steps: to the end of the run.
        case cosine(steps: Int?, final: Double)
    }

    public static let names = ["constant", "step", "cosine"]

    public init(_ course: Course = .constant, warmUp: Int = 0) {
        self.course = course
        self.warmUp = warmUp
    }

    /// The factor of a step, the first step being 0.
    public func factor(step: Int) -> Double {
        if step < warmUp { return Double(step + 1) / Double(warmUp) }
        let t = step - warmUp
        switch course {
        case .constant: return 1
        case .step(let every, let factor): return power(factor, t / every)
        case .cosine(let steps, let final):
            guard let steps, t < steps else { return final }
            return final + (1 - final) * (1 + cosine(ofTurn: Double(t) / Double(steps))) / 2
        }
    }

    /// The same, the length of its cosine filled in for a run of `stepCount` steps.
    func resolved(stepCount: Int) -> LearningRateSchedule {
        guard case .cosine(nil, let final) = course else { return self }
        let steps = max(1, stepCount - warmUp)
        return LearningRateSchedule(.cosine(steps: steps, final: final), warmUp: warmUp)
    }

    /// As the command line takes it: `cosine:5000,0.0`.
    public var text: String {
        switch course {
        case .constant: "constant"
        case .step(let every, let factor): "step:\(every),\(factor)"
        case .cosine(nil, let final): "cosine:final=\(final)"
        case .cosine(let steps?, let final): "cosine:\(steps),\(final)"
        }
    }

    func check() throws(ConfigurationError) {
        guard (0...TrainingConfiguration.maximumStepCount).contains(warmUp) else {
            throw ConfigurationError("The warm-up has \(warmUp) steps; expected 0 or more.")
        }
        switch course {
        case .constant: break
        case .step(let every, let factor):
            guard every > 0, factor > 0, factor.isFinite else {
                throw ConfigurationError(
                    "The schedule is \(text); expected step:EVERY,FACTOR, both positive.")
            }
        case .cosine(let steps, let final):
            guard steps ?? 1 > 0, (0...1).contains(final) else {
                throw ConfigurationError(
                    "The schedule is \(text); expected cosine:STEPS,FINAL with at least one step "
                        + "and FINAL from 0 to 1.")
            }
        }
    }
}

extension LearningRateSchedule.Course {
    /// Reads a course as it stands on a command line: `constant`, `step:1000,0.1`, `cosine`,
    /// `cosine:4000,0.01`.
    public init(parsing text: String) throws(ConfigurationError) {
        var arguments = try RecipeArguments(text)
        switch arguments.name {
        case "constant": self = .constant
        case "step":
            let every = try arguments.count("every", default: nil)
            self = .step(every: every ?? 0, factor: try arguments.number("factor", default: 0.1))
        case "cosine":
            // -1 stands for a length that is not given.
            let steps = try arguments.count("steps", default: -1)
            self = .cosine(
                steps: steps == -1 ? nil : steps, final: try arguments.number("final", default: 0))
        default:
            throw ConfigurationError.unknown(
                "schedule", arguments.name, among: LearningRateSchedule.names,
                meanings: [
                    "cosineannealing": "cosine", "cosinedecay": "cosine", "steplr": "step",
                    "none": "constant", "fixed": "constant",
                ])
        }
        try arguments.expectNoMore()
    }
}

extension RecipeArguments {
    fileprivate mutating func count(
        _ key: String, default missing: Double?
    ) throws(ConfigurationError) -> Int? {
        let value = try number(key, default: missing)
        guard let count = Int(exactly: value), count > 0 || value == missing else {
            throw ConfigurationError(
                "The \(key) of \(name) is \(value); expected a whole number of steps.")
        }
        return count
    }
}

/// cos(π·x) for x from 0 to 1, within 1e-15: a Taylor series over a quarter turn, the same bits on
/// every machine.
private func cosine(ofTurn x: Double) -> Double {
    if x > 0.5 { return -cosine(ofTurn: 1 - x) }
    let square = (x * .pi) * (x * .pi)
    var (sum, term) = (1.0, 1.0)
    for index in 1...12 {
        term *= -square / Double((2 * index - 1) * (2 * index))
        sum += term
    }
    return sum
}

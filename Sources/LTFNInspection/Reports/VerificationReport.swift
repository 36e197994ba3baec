import LTFNBytes
import LTFNCheckpoint
import LTFNInitializers

/// What reading everything in a file brought to light.
public struct VerificationReport: Hashable, Sendable {
    public var variableCount = 0
    /// What the values were compared with.
    public var valueProof: ValueProof
    /// What kind of file it is: `safetensors`.
    public var formatName: String
    /// The bytes of the values that were read, and in which nothing wrong was found.
    public var soundByteCount: UInt64 = 0
    /// How many initial values were replayed and have the digest that is recorded.
    public var replayedCount = 0
    /// One for each variable that is damaged, or that this program cannot make all of, and one for
    /// the rest of the file.
    public var problems: [FormatError] = []
    /// What of the file was left out before its values were looked at, a part of its record that no
    /// longer holds among it.
    public var losses: [FormatLoss] = []
    /// How many variables were not looked at, because their values would be too many or the system
    /// did not let them be read, and what is said of the first.
    public var unreadCount = 0
    public var firstUnread: FormatError?

    /// What is to be thought of a file, the worst first.
    public enum Verdict: String, Hashable, Sendable {
        case damaged
        /// It may be sound for a program that knows more.
        case unsupported
        /// Its values would be too many, or could not be read.
        case unread
        /// Nothing wrong was found, and the file keeps nothing that its values could be compared
        /// with.
        case unchecked
        case sound
    }

    public var verdict: Verdict {
        if problems.contains(where: { !$0.code.isUnsupported }) { return .damaged }
        if !problems.isEmpty { return .unsupported }
        if firstUnread != nil { return .unread }
        return checksValues || soundByteCount == 0 ? .sound : .unchecked
    }

    /// Whether values that are not as they were written would have been found.
    public var checksValues: Bool { valueProof != .none }

    public var isSound: Bool { verdict == .sound }

    /// The problem that the verdict is due to.
    public var firstProblem: FormatError? {
        problems.first { !$0.code.isUnsupported } ?? problems.first ?? firstUnread
    }

    /// The files that all problems are of, where none is of the file `name` itself: its bases.
    public func damagedBases(of name: String) -> [String] {
        var paths: [String] = []
        for problem in problems {
            guard let path = problem.path, path != name else { return [] }
            if !paths.contains(path) { paths.append(path) }
        }
        return paths
    }

    /// Reads every variable, one at a time, and replays the initial values that can be.
    ///
    /// A damaged variable does not keep the others from being looked at.
    ///
    /// - Parameters:
    ///   - format: what kind of file it is, for what is said of it.
    ///   - budget: how much may be made out of the file.
    ///   - progress: called with the number of variables that are done.
    public init(
        of reader: any CheckpointReader, format: String = "The format", budget: ExpansionBudget,
        progress: (Int) -> Void = { _ in }
    ) {
        formatName = format
        valueProof = reader.valueProof
        var budget = budget
        losses = reader.losses
        for (index, variable) in reader.manifest.variables.enumerated() {
            do throws(FormatError) {
                // A variable that may not be read may not be replayed either: this comes first.
                try Self.check(reader, index, &budget)
                if variable.tiedTo == nil {
                    soundByteCount += UInt64(variable.tensor.byteCount)
                }
                try replay(variable, &budget)
            } catch {
                if !add(error.naming(variable.name.string)) { unreadCount += 1 }
            }
            variableCount += 1
            progress(variableCount)
        }
        do throws(FormatError) {
            try reader.verifyRest()
        } catch {
            _ = add(error)
        }
    }

    /// Returns whether it is a problem of the file.
    private mutating func add(_ problem: FormatError) -> Bool {
        // Neither a limit nor what the system denies says anything of the file.
        guard problem.code == .limitExceeded || problem.code == .io else {
            problems.append(problem)
            return true
        }
        firstUnread = firstUnread ?? problem
        return false
    }

    /// Reads a variable and checks all that the file says of its values.
    private static func check(
        _ reader: any CheckpointReader, _ index: Int, _ budget: inout ExpansionBudget
    ) throws(FormatError) {
        let variable = reader.manifest.variables[index]
        if variable.tiedTo == nil { try budget.charge(UInt64(variable.tensor.byteCount)) }
        _ = try reader.verify(index)
    }

    private mutating func replay(
        _ variable: VariableInfo, _ budget: inout ExpansionBudget
    ) throws(FormatError) {
        // A tied variable has initial values of its own.
        if variable.tiedTo != nil, variable.initializer?.isReproducible == true {
            try budget.charge(UInt64(variable.tensor.byteCount))
        }
        if try variable.verifyInitialValues() { replayedCount += 1 }
    }
}

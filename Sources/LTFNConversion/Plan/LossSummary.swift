import LTFNBytes
import LTFNCheckpoint

/// What is lost of one kind for one reason, in one sentence.
public struct LossSummary: Hashable, Sendable, CustomStringConvertible {
    public var subject: FormatLoss.Subject
    /// Of the variables concerned the first.
    public var example: VariableName?
    public var variableCount: Int
    /// Whether the file as a whole is concerned.
    public var concernsFile: Bool
    public var reason: String
    /// Whether the reason is that of the example, and the others have others.
    public var hasOtherReasons = false

    /// - Parameter losses: one or more of this subject.
    public init(_ subject: FormatLoss.Subject, _ losses: [FormatLoss]) {
        self.subject = subject
        let names = losses.compactMap(\.variable)
        example = names.first
        // A part that is left out may be called as no variable can be.
        let isPart = subject == .member && !names.isEmpty
        variableCount = isPart ? losses.count : names.count
        concernsFile = !isPart && names.count < losses.count
        reason = losses.first?.reason ?? ""
    }

    /// One summary for each kind of loss and each reason for it, in the order in which they came.
    public static func summaries(of losses: [FormatLoss]) -> [LossSummary] {
        FormatLoss.Subject.allCases.flatMap { subject in
            var groups: [[FormatLoss]] = []
            var places: [String: Int] = [:]
            for loss in losses where loss.subject == subject {
                if let place = places[loss.reason] {
                    groups[place].append(loss)
                } else {
                    places[loss.reason] = groups.count
                    groups.append([loss])
                }
            }
            // A part that is left out is told of in any case.
            guard subject != .member, groups.count > reasonLimit else {
                return groups.map { LossSummary(subject, $0) }
            }
            var rest = LossSummary(subject, groups[(reasonLimit - 1)...].flatMap { $0 })
            rest.hasOtherReasons = true
            return groups.prefix(reasonLimit - 1).map { LossSummary(subject, $0) } + [rest]
        }
    }

    /// How many reasons of a kind are told one by one.
    private static let reasonLimit = 8

    /// Where the other reasons are.
    public var remedy: FormatError.Remedy? { hasOtherReasons ? .listLosses : nil }

    /// A sentence as it goes on after a colon: names keep their capitals.
    private static func afterColon(_ sentence: String) -> String {
        let words = ["It", "Its", "The", "They", "A", "An", "No", "What", "Values", "Some"]
        guard let first = sentence.split(separator: " ", maxSplits: 1).first,
            words.contains(String(first))
        else { return sentence }
        return sentence.prefix(1).lowercased() + sentence.dropFirst()
    }

    /// `"w" and 3 more variables lose their initializer: …`
    public var description: String {
        let inner = Self.afterColon(reason)
        let reason = hasOtherReasons ? inner + " (And so on, each for its own reason.)" : inner
        var owners: [String] = concernsFile ? ["the file"] : []
        if let example { owners.append("\"\(example)\"") }
        if variableCount > 1 {
            let kind = subject == .member ? "more part" : "more variable"
            owners.append(NumberText.counted(variableCount - 1, kind))
        }
        let isOne = owners.count == 1
        let list =
            isOne
            ? owners[0] : owners.dropLast().joined(separator: ", ") + " and " + (owners.last ?? "")
        let thing = subject.rawValue
        let start = list.hasPrefix("the") ? "T" + list.dropFirst() : list
        if subject == .member { return "\(start) \(isOne ? "is" : "are") left out: \(reason)" }
        return "\(start) \(isOne ? "loses its" : "lose their") \(thing): \(reason)"
    }
}

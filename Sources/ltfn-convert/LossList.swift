import ArgumentParser
import LTFNCheckpoint
import LTFNConversion

/// What may be lost: `initializer,graph`, or `all`.
struct LossList: ExpressibleByArgument {
    var subjects: Set<FormatLoss.Subject>

    /// Values are never lost, and parts of the source are left out by options of their own.
    private static let allowed = FormatLoss.Subject.allCases.filter {
        $0 != .values && $0 != .member
    }

    /// All that may stand in such a list.
    static let words = allowed.map(\.rawValue) + ["all"]

    static let choices = allowed.map(\.rawValue).joined(separator: ", ")

    init?(argument: String) {
        subjects = []
        for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
            if word == "all" {
                subjects.formUnion(Self.allowed)
            } else if let subject = FormatLoss.Subject(rawValue: String(word)),
                Self.allowed.contains(subject)
            {
                subjects.insert(subject)
            } else {
                return nil
            }
        }
    }
}

import ArgumentParser
import LTFNCheckpoint

/// What may be lost: `initializer,graph`, or `all`.
struct LossList: ExpressibleByArgument {
    var subjects: Set<FormatLoss.Subject>

    private static let allowed = FormatLoss.Subject.allCases.filter { $0 != .values }

    static let choices = allowed.map(\.rawValue).joined(separator: ", ")

    init?(argument: String) {
        subjects = []
        for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
            if word == "all" {
                subjects.formUnion(Self.allowed)
            } else if let subject = FormatLoss.Subject(rawValue: String(word)), subject != .values {
                subjects.insert(subject)
            } else {
                return nil
            }
        }
    }
}

import ArgumentParser
import LTFNCheckpoint
import LTFNConversion

/// What may be lost: `initializer,graph`, or `all`.
struct LossList {
    var subjects: Set<FormatLoss.Subject>

    /// Values are never lost, and parts of the source are left out by options of their own.
    private static let allowed = FormatLoss.Subject.allCases.filter {
        $0 != .values && $0 != .member
    }

    /// All that may stand in such a list.
    static let words = allowed.map(\.rawValue) + ["all"]

    static let choices = allowed.map(\.rawValue).joined(separator: ", ")

    /// Reads words with commas between them, and blanks after these.
    ///
    /// - Throws: `ValidationError`: which word is not known.
    static func parse(_ text: String) throws -> LossList {
        var subjects = Set<FormatLoss.Subject>()
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let word = part.split(separator: " ").joined(separator: " ")
            if word == "all" {
                subjects.formUnion(allowed)
            } else if let subject = FormatLoss.Subject(rawValue: word), allowed.contains(subject) {
                subjects.insert(subject)
            } else {
                throw ValidationError(
                    "there is no loss \"\(word)\"; expected \(choices) or all.")
            }
        }
        return LossList(subjects: subjects)
    }
}

import LTFNBytes
import LTFNCheckpoint

/// The parts of a file that cannot be read, gathered so that all of them are named at once.
struct UnreadableParts {
    private let selection: ReadingSelection
    /// What a part is: `member`.
    private let kind: String
    private var parts: [(name: String, error: FormatError)] = []

    init(_ selection: ReadingSelection, kind: String) {
        self.selection = selection
        self.kind = kind
    }

    mutating func add(_ error: FormatError, named name: String) {
        parts.append((name, error))
    }

    /// Takes those of another file of the set as well.
    mutating func add(_ other: UnreadableParts) {
        parts += other.parts
    }

    /// What is left out.
    ///
    /// - Parameter remainingCount: how many parts can be read.
    /// - Throws: an error about all parts, unless they may be left out and something remains.
    func losses(remainingCount: Int) throws(FormatError) -> [FormatLoss] {
        if selection.skipsUnreadable, remainingCount > 0 {
            return parts.map {
                FormatLoss(
                    .member, variable: try? VariableName($0.name), $0.error.message)
            }
        }
        guard let first = parts.first else { return [] }
        let end = selection.skipsUnreadable ? " Nothing is left that can be read." : ""
        var error = first.error
        error.remedy = selection.skipsUnreadable ? nil : .skipUnreadable(count: parts.count)
        guard parts.count > 1 else {
            error.message += end
            throw error
        }
        // Damage counts for more than what is only not supported.
        error.code = parts.map(\.error.code).first { $0 != .unsupportedFeature } ?? error.code
        error.offset = nil
        error.variable = nil
        let list = parts.map { "\"\($0.name)\": \($0.error.message)" }.joined(separator: " ")
        error.message = "\(parts.count) \(kind)s cannot be read. \(list)\(end)"
        throw error
    }
}

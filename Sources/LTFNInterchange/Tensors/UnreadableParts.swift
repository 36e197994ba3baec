import LTFNBytes
import LTFNCheckpoint

/// The parts of a file that cannot be read, gathered so that all of them are named at once.
struct UnreadableParts {
    private let selection: ReadingSelection
    /// What a part is: `member`.
    private let kind: String
    /// Where all have to be named one by one, all; else the first.
    private var parts: [(name: String, error: FormatError)] = []
    private var count = 0
    /// The first code that tells of damage, which counts for more than what is only not supported.
    private var damage: FormatError.Code?

    /// How many are named in an error.
    private static let namedCount = 8

    init(_ selection: ReadingSelection, kind: String) {
        self.selection = selection
        self.kind = kind
    }

    mutating func add(_ error: FormatError, named name: String) {
        count += 1
        if damage == nil, error.code != .unsupportedFeature { damage = error.code }
        guard selection.skipsUnreadable || parts.count < Self.namedCount else { return }
        parts.append((name, error))
    }

    /// Takes those of another file of the set as well.
    mutating func add(_ other: UnreadableParts) {
        count += other.count
        damage = damage ?? other.damage
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
        error.remedy = selection.skipsUnreadable ? nil : .skipUnreadable(count: count)
        guard count > 1 else {
            error.message += end
            throw error
        }
        error.code = damage ?? error.code
        error.offset = nil
        error.variable = nil
        let named = parts.prefix(Self.namedCount)
        let list = named.map { "\"\($0.name.prefix(80))\": \($0.error.message)" }
            .joined(separator: " ")
        let rest = count > named.count ? " And \(count - named.count) more." : ""
        error.message = "\(count) \(kind)s cannot be read. \(list)\(rest)\(end)"
        throw error
    }
}

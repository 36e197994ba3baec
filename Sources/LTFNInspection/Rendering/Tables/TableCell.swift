import LTFNBytes

/// What a table says of something in one column.
enum TableCell: Hashable {
    case none
    /// Out of a file, as it is there.
    case text(String)
    case integer(Int128)
    case number(Double)
    /// A part of a whole.
    case share(Double)

    /// As a person reads it.
    var shown: String {
        switch self {
        case .none: ""
        case .text(let text): TerminalText.escaped(text)
        case .integer(let number): NumberText.grouped(number)
        case .number(let number): FigureText.significant(number)
        case .share(let part): FigureText.percent(part)
        }
    }

    /// As another program reads it: every number reads back as the same.
    var exact: String {
        switch self {
        case .none: ""
        case .text(let text): TerminalText.escaped(text)
        case .integer(let number): "\(number)"
        case .number(let number), .share(let number): "\(number)"
        }
    }

    /// Whether it comes before `other` in ascending order; nothing comes last in any order.
    func precedes(_ other: TableCell, descending: Bool) -> Bool {
        switch (self, other) {
        case (.none, _): return false
        case (_, .none): return true
        case (.text(let a), .text(let b)):
            return descending ? NaturalOrder.precedes(b, a) : NaturalOrder.precedes(a, b)
        default: break
        }
        guard let a = value, let b = other.value else { return false }
        // What is no number has no place among them.
        if a.isNaN || b.isNaN { return !a.isNaN }
        return descending ? b < a : a < b
    }

    private var value: Double? {
        switch self {
        case .none, .text: nil
        case .integer(let number): Double(number)
        case .number(let number), .share(let number): number
        }
    }
}

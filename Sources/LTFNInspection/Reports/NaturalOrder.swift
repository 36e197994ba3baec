/// The order in which people count: `layers.7` comes before `layers.10`.
enum NaturalOrder {
    /// Whether `a` comes before `b`. Runs of digits are compared as numbers, all else byte by byte;
    /// names that differ in leading zeros alone are compared byte by byte, too.
    static func precedes(_ a: String, _ b: String) -> Bool {
        let (left, right) = (a.utf8, b.utf8)
        var (i, j) = (left.startIndex, right.startIndex)
        while i < left.endIndex, j < right.endIndex {
            let (x, y) = (left[i], right[j])
            if isDigit(x), isDigit(y) {
                let (m, n) = (number(in: left, &i), number(in: right, &j))
                let (digits, others) = (left[m], right[n])
                if digits.count != others.count { return digits.count < others.count }
                if !digits.elementsEqual(others) { return digits.lexicographicallyPrecedes(others) }
            } else {
                if x != y { return x < y }
                left.formIndex(after: &i)
                right.formIndex(after: &j)
            }
        }
        guard i == left.endIndex, j == right.endIndex else { return i == left.endIndex }
        return left.lexicographicallyPrecedes(right)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    /// Where the number at `index` stands, its leading zeros left out; `index` is then after it.
    private static func number(
        in text: String.UTF8View, _ index: inout String.Index
    ) -> Range<String.Index> {
        while index < text.endIndex, text[index] == 0x30 { text.formIndex(after: &index) }
        let start = index
        while index < text.endIndex, isDigit(text[index]) { text.formIndex(after: &index) }
        return start..<index
    }
}

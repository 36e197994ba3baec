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

extension NaturalOrder {
    /// The first 32 bytes of a text written so that byte by byte they are in natural order:
    /// the zeros before a number are left out, and how many digits follow is put there instead.
    /// Where they are the same, the texts themselves tell.
    struct Key: Comparable {
        private var words = SIMD4<UInt64>()
        private var byteCount = 0

        private static let longest = 32

        /// Longer numbers end the key.
        private static let longestNumber = 8

        init(_ text: String) {
            var digits: UInt64 = 0
            var digitCount = 0
            var isNumber = false
            for byte in text.utf8 {
                if byteCount == Self.longest { return }
                if NaturalOrder.isDigit(byte) {
                    isNumber = true
                    if digitCount == 0, byte == 0x30 { continue }
                    if digitCount < Self.longestNumber { digits = digits << 8 | UInt64(byte) }
                    digitCount += 1
                    continue
                }
                if isNumber {
                    guard append(digits, digitCount) else { return }
                    (digits, digitCount, isNumber) = (0, 0, false)
                }
                append(byte)
            }
            if isNumber { _ = append(digits, digitCount) }
        }

        /// - Returns: whether the key goes on.
        private mutating func append(_ digits: UInt64, _ count: Int) -> Bool {
            append(0x30)
            append(UInt8(clamping: count))
            guard count <= Self.longestNumber else { return false }
            for place in stride(from: 8 * (count - 1), through: 0, by: -8) {
                append(UInt8(truncatingIfNeeded: digits >> UInt64(place)))
            }
            return true
        }

        private mutating func append(_ byte: UInt8) {
            guard byteCount < Self.longest else { return }
            words[byteCount / 8] |= UInt64(byte) << UInt64(56 - 8 * (byteCount % 8))
            byteCount += 1
        }

        static func == (a: Key, b: Key) -> Bool { a.words == b.words }

        static func < (a: Key, b: Key) -> Bool {
            for place in 0..<4 where a.words[place] != b.words[place] {
                return a.words[place] < b.words[place]
            }
            return false
        }
    }
}

/// What a person may have meant by a word that is not known.
public enum Spelling {
    /// The one of `words` that `word` stands for: by what it means, or as its beginning, or with a
    /// slip or two; nil when none is near. Capitals, hyphens and underscores make no difference.
    ///
    /// - Parameter meanings: words of other programs, and what each is called here.
    public static func suggestion(
        for word: String, among words: [String], meanings: [String: String] = [:]
    ) -> String? {
        // Whoever writes so much has not misspelled a word.
        guard word.utf8.count <= 60 else { return nil }
        let plain = simplified(word)
        guard !plain.isEmpty else { return nil }
        let text = String(decoding: plain, as: UTF8.self)
        if let meant = meanings[text], words.contains(meant) { return meant }
        if let same = words.first(where: { simplified($0) == plain }) { return same }
        let longer = words.filter { plain.count > 1 && simplified($0).starts(with: plain) }
        if longer.count == 1 { return longer[0] }
        let near = words.map { (word: $0, distance: distance(plain, simplified($0))) }
            .min { $0.distance < $1.distance }
        // Of three letters one may be wrong, of six two.
        guard let near, near.distance * 3 <= plain.count else { return nil }
        return near.word
    }

    /// `; did you mean X?`, or `end` when nothing was found.
    public static func question(_ suggestion: String?, else end: String = "") -> String {
        suggestion.map { "; did you mean \($0)?" } ?? end
    }

    private static func simplified(_ word: String) -> [UInt8] {
        word.lowercased().utf8.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "_") }
    }

    /// How many letters have to be put in, taken out, changed, or swapped with their neighbour (the
    /// optimal string alignment distance).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var before: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var next = [row + 1]
            for column in right.indices {
                let isSame = left[row] == right[column]
                var best = min(
                    last[column] + (isSame ? 0 : 1), last[column + 1] + 1, next[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1],
                    left[row - 1] == right[column]
                {
                    best = min(best, before[column - 1] + 1)
                }
                next.append(best)
            }
            (before, last) = (last, next)
        }
        return last[right.count]
    }
}

/// The names of the temporary files on their way to one name in a directory.
///
/// Whoever has such a file holds a shared lock (`flock`) on the directory. So whoever holds the
/// directory alone for a moment knows that nobody works on those that are there: processes that were
/// killed left them. Files that were made without the lock, which not every file system has and
/// anybody may be holding, have another ending and are never taken for left ones.
struct DraftNames {
    private let finalName: String
    private let ending: String

    private static let guarded = ".ltfn-draft"
    private static let unguarded = ".tmp"
    /// The most that 64 bits need in base 36.
    private static let digitCount = 13

    /// Removes what killed processes left in `directory` on the way to `finalName`, and locks it for
    /// as long as the descriptor is open. No failure here keeps a file from being written.
    ///
    /// Complexity: O(names in the directory).
    init(of finalName: String, in directory: Int32, path: String) {
        self.finalName = finalName
        if (try? SystemCalls.lock(directory)) != nil {
            let names = (try? SystemCalls.names(in: path)) ?? []
            for name in names where Self.isDraft(name, of: finalName) {
                try? SystemCalls.remove(name, in: directory)
            }
        }
        // Were it to wait, anybody who locks the directory could keep files from being written.
        let isShared = (try? SystemCalls.lock(directory, shared: true)) != nil
        ending = isShared ? Self.guarded : Self.unguarded
    }

    /// A name that nobody else has.
    func random() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 36)
        let zeros = String(repeating: "0", count: Self.digitCount - digits.utf8.count)
        return Self.head(finalName) + zeros + digits + ending
    }

    private static func isDraft(_ name: String, of finalName: String) -> Bool {
        let head = head(finalName).utf8
        guard name.utf8.count == head.count + digitCount + guarded.utf8.count,
            name.utf8.starts(with: head),
            name.utf8.suffix(guarded.utf8.count).elementsEqual(guarded.utf8)
        else { return false }
        return name.utf8.dropFirst(head.count).prefix(digitCount)
            .allSatisfy { (48...57).contains($0) || (97...122).contains($0) }
    }

    private static func head(_ finalName: String) -> String {
        // 40 scalars are at most 160 bytes: the whole stays below the usual limit of 255.
        "." + String(String.UnicodeScalarView(finalName.unicodeScalars.prefix(40))) + "."
    }
}

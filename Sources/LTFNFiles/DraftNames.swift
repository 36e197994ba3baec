import LTFNBytes

/// The names of the temporary files on their way to one name in a directory.
///
/// Whoever has such a file holds a shared lock (`flock`) on the directory. So whoever holds the
/// directory alone for a moment knows that nobody works on those that are there: processes that
/// were killed left them. Files that were made without the lock, which not every file system has
/// and anybody may be holding, have another ending and are never taken for left ones.
struct DraftNames {
    private let finalName: String
    private let ending: String

    private static let guarded = ".ltfn-draft"
    private static let unguarded = ".tmp"
    /// The most that 64 bits need in base 36.
    private static let digitCount = 13

    /// Removes what killed processes left in `directory` on the way to `finalName`, and locks it
    /// for as long as the descriptor is open. No failure here keeps a file from being written.
    ///
    /// Complexity: O(names in the directory).
    init(of finalName: String, in directory: Int32, path: String) {
        self.finalName = finalName
        let stem = LeftDrafts.stem(finalName)
        Self.sweep(directory, path: path) { $0.utf8.elementsEqual(stem.utf8) }
        // Were it to wait, anybody who locks the directory could keep files from being written.
        let isShared = (try? SystemCalls.lock(directory, shared: true)) != nil
        ending = isShared ? Self.guarded : Self.unguarded
    }

    /// A name that nobody else has.
    func random() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 36)
        return Self.head(finalName) + digits.aligned(Self.digitCount, with: "0") + ending
    }

    /// Removes the drafts in `directory` that nobody works on and whose names have such a stem.
    fileprivate static func sweep(
        _ directory: Int32, path: String, where isWanted: (_ stem: String) -> Bool
    ) {
        guard (try? SystemCalls.lock(directory)) != nil else { return }
        for name in (try? SystemCalls.names(in: path)) ?? [] {
            guard let stem = stem(ofDraft: name), isWanted(stem) else { continue }
            try? SystemCalls.remove(name, in: directory)
        }
    }

    /// What is known of the final name of a draft; nil for other files.
    private static func stem(ofDraft name: String) -> String? {
        let ending = guarded.utf8
        // `.model.ltfn.0123456789xyz.ltfn-draft`
        guard name.utf8.first == UInt8(ascii: "."),
            name.utf8.suffix(ending.count).elementsEqual(ending)
        else { return nil }
        let rest = name.utf8.dropFirst().dropLast(ending.count)
        let stem = rest.dropLast(digitCount)
        let isSound = rest.suffix(digitCount)
            .allSatisfy { (48...57).contains($0) || (97...122).contains($0) }
        guard stem.last == UInt8(ascii: "."), isSound else { return nil }
        return String(stem.dropLast())
    }

    private static func head(_ finalName: String) -> String {
        "." + LeftDrafts.stem(finalName) + "."
    }
}

/// What killed processes left of the files that they were writing.
public enum LeftDrafts {
    /// As much of the name of a file as the names of its drafts have.
    public static func stem(_ name: String) -> String {
        // 40 scalars are at most 160 bytes: the whole stays below the usual limit of 255.
        String(String.UnicodeScalarView(name.unicodeScalars.prefix(40)))
    }

    /// Removes the drafts in the directory at `path` whose names have such a stem. Every writer
    /// does so for its own name; this is for names that nobody may write again. No failure is told.
    ///
    /// Complexity: O(names in the directory).
    public static func remove(in path: String, where isWanted: (_ stem: String) -> Bool) {
        guard let directory = try? SystemCalls.open(path, for: .directory) else { return }
        defer { try? SystemCalls.close(directory) }
        DraftNames.sweep(directory, path: path, where: isWanted)
        try? SystemCalls.unlock(directory)
    }
}

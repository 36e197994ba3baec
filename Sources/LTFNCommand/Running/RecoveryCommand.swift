import LTFNBytes

/// The command that makes a readable `.ltfn` file of one that is none any more.
struct RecoveryCommand {
    private let path: String

    /// nil when `error` is about something else, or names no file.
    init?(_ error: FormatError) {
        guard error.remedy == .recover, let path = error.path else { return nil }
        self.path = path
    }

    /// One sentence with the command to type at its end.
    var sentence: String {
        let ending = ".ltfn"
        let name = path.split(separator: "/").last ?? ""
        let hasEnding = name.lowercased().hasSuffix(ending) && name.count > ending.count
        let stem = hasEnding ? String(path.dropLast(ending.count)) : path
        return "If an earlier state of it is whole, this recovers it: ltfn-convert --recover "
            + "\(Self.quoted(path)) -o \(Self.quoted(stem + ".recovered" + ending))"
    }

    /// `path` as a shell reads it.
    private static func quoted(_ path: String) -> String {
        let isPlain = path.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || $0.properties.numericType != nil
                || "/._-+=:,@%".unicodeScalars.contains($0)
        }
        if isPlain, !path.hasPrefix("-") { return path }
        let inner = path.split(separator: "'", omittingEmptySubsequences: false)
            .joined(separator: "'\\''")
        return "'" + (path.hasPrefix("-") ? "./" : "") + inner + "'"
    }
}

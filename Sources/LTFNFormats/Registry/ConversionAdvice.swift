import LTFNBytes
import LTFNCheckpoint
import LTFNFormat

/// Which conversion makes a readable `.ltfn` file of one that is none any more.
public enum ConversionAdvice {
    /// One sentence with the command to type; nil when no conversion helps.
    ///
    /// - Parameter error: of a reader of `.ltfn` files, about the file at its path.
    public static func sentence(for error: FormatError) -> String? {
        guard error.format == NativeFormat().traits.name, let path = error.path else { return nil }
        // Whether it does is not tried: the whole file would have to be read for it.
        guard let rule = error.rule, endRules.contains(rule) else { return nil }
        return "If an earlier state of it is whole, this recovers it: ltfn-convert --recover "
            + "\(quoted(path)) -o \(quoted(stem(path) + ".recovered.ltfn"))"
    }

    /// What the end of a file breaks when it is missing, or damaged, or followed by something.
    private static let endRules: Set<String> = [
        "LTFN-F1", "LTFN-F2", "LTFN-F4", "LTFN-F7", "LTFN-X1",
    ]

    /// `path` without the extension of a checkpoint.
    private static func stem(_ path: String) -> String {
        let name = path.split(separator: "/").last ?? ""
        for format in FormatRegistry.standard.formats {
            for ending in format.traits.fileExtensions
            where name.lowercased().hasSuffix("." + ending) && name.count > ending.count + 1 {
                return String(path.dropLast(ending.count + 1))
            }
        }
        return path
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

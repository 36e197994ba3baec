import LTFNBytes
import LTFNCheckpoint
import LTFNFormat

/// Which conversion makes a readable `.ltfn` file of one that is none, or none any more.
public enum ConversionAdvice {
    /// One sentence with the command to type; nil when no conversion helps.
    ///
    /// - Parameter error: of a reader of `.ltfn` files, about the file at its path.
    public static func sentence(for error: FormatError) -> String? {
        guard error.format == NativeFormat().traits.name, let path = error.path else { return nil }
        if error.code == .notThisFormat {
            guard let name = foreignFormat(ofFileAt: path) else { return nil }
            return "It is a checkpoint in another format, \(name): convert it with "
                + "ltfn-convert \(quoted(path)) -o \(quoted(stem(path) + ".ltfn"))"
        }
        // Whether it does is not tried: the whole file would have to be read for it.
        guard let rule = error.rule, endRules.contains(rule) else { return nil }
        return "If an earlier state of it is whole, this recovers it: ltfn-convert --recover "
            + "\(quoted(path)) -o \(quoted(stem(path) + ".recovered.ltfn"))"
    }

    /// What the end of a file breaks when it is missing, or damaged, or followed by something.
    private static let endRules: Set<String> = [
        "LTFN-F1", "LTFN-F2", "LTFN-F4", "LTFN-F7", "LTFN-X1",
    ]

    /// The format that the content of the file tells of, other than `.ltfn`.
    private static func foreignFormat(ofFileAt path: String) -> String? {
        guard let source = try? FileSource(path: path),
            let prefix = try? source.read(
                at: 0,
                byteCount: Int(min(source.byteCount, UInt64(FormatRegistry.prefixByteCount))))
        else { return nil }
        let found = FormatRegistry.standard.formats.filter {
            $0.recognizes(prefix: prefix, byteCount: source.byteCount)
        }
        return found.count == 1 ? found[0].traits.name : nil
    }

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

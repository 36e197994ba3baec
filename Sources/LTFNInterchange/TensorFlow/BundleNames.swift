import LTFNBytes

/// What the files of a checkpoint are called: `prefix.index`, `prefix.data-00000-of-00001`.
enum BundleNames {
    static let indexEnding = ".index"

    /// The name of file `shard`, from 0 on.
    static func data(_ prefix: String, _ shard: Int, of count: Int) -> String {
        "\(prefix).data-\(digits(shard))-of-\(digits(count))"
    }

    /// What is before `.index`; all of a name that does not end so.
    static func prefix(ofIndex name: String) -> String {
        name.hasSuffix(indexEnding) ? String(name.dropLast(indexEnding.count)) : name
    }

    /// `model` for `model.data-00000-of-00001`; nil for a name that no file of values has.
    static func prefix(ofData name: String) -> String? {
        var rest = Substring(name)
        for mark in ["-of-", ".data-"] {
            let digits = rest.utf8.reversed().prefix { (0x30...0x39).contains($0) }.count
            guard digits >= 5 else { return nil }
            rest = rest.dropLast(digits)
            guard rest.hasSuffix(mark) else { return nil }
            rest = rest.dropLast(mark.count)
        }
        return rest.isEmpty ? nil : String(rest)
    }

    private static func digits(_ number: Int) -> String {
        String(number).aligned(5, with: "0")
    }
}

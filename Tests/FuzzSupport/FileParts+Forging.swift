extension FileParts {
    /// The file `other` with all that `original` says of its values: their digests, and so the
    /// content digest. All checksums fit.
    ///
    /// - Parameter other: a file of the same manifest.
    /// - Returns: nil when the two are not of one manifest.
    public static func forged(_ original: [UInt8], valuesOf other: [UInt8]) -> [UInt8]? {
        guard let source = FileParts(splitting: original), var parts = FileParts(splitting: other)
        else { return nil }
        let (wanted, found) = (IndexMap(source.index).records, IndexMap(parts.index).records)
        guard wanted.count == found.count else { return nil }
        for (from, to) in zip(wanted, found) {
            guard let from = from.digest, let to = to.digest else { continue }
            parts.index.replaceSubrange(to..<to + 32, with: source.index[from..<from + 32])
        }
        parts.sign()
        guard parts.index[8..<40] == source.index[8..<40] else { return nil }
        return parts.file
    }
}

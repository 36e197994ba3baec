import LTFNBytes
import LTFNCheckpoint
import LTFNFiles

/// Files that others may be stored relative to, each known by its content digest.
public struct BaseFiles: Sendable {
    /// Those that others of them need come first.
    public let readers: [NativeReader]

    /// Opens files in any order; one may need another of them. What is not needed does no harm.
    ///
    /// - Throws: all that opening a file throws; `limitExceeded` when too many follow one
    ///   another, or files are stored relative to one another in a circle.
    public init(paths: [String], limits: DecodingLimits = .standard) throws(FormatError) {
        var pending: [NativeReader] = []
        for path in paths {
            pending.append(
                try FormatError.about(path) { () throws(FormatError) in
                    try NativeReader(FileSource(path: path), limits: limits)
                })
        }
        try self.init(pending, limits: limits)
    }

    /// - Parameter opened: files, opened without their bases.
    init(_ opened: [NativeReader], limits: DecodingLimits) throws(FormatError) {
        var pending = opened
        var ready: [NativeReader] = []
        while !pending.isEmpty {
            let here = Set(ready.map(\.contentDigest))
            let awaited = Set(pending.map(\.contentDigest)).subtracting(here)
            let next = pending.filter { $0.index.bases.allSatisfy { !awaited.contains($0) } }
            guard !next.isEmpty else {
                throw FormatError(
                    .limitExceeded, format: NativeFormat.formatName, rule: "LTFN-C10",
                    path: pending[0].name,
                    "The base files are stored relative to one another in a circle.")
            }
            let known = ready
            for reader in next where !reader.index.bases.isEmpty {
                ready.append(
                    try FormatError.about(reader.name) { () throws(FormatError) in
                        try NativeReader(reader.source, limits: limits, bases: known)
                    })
            }
            ready += next.filter { $0.index.bases.isEmpty }
            pending.removeAll { $0.index.bases.allSatisfy { !awaited.contains($0) } }
        }
        readers = ready
    }
}

extension NativeReader {
    /// Where the file is, if it is one.
    var path: String? { (source as? FileSource)?.path }

    /// What errors call the file when it is another one's base.
    var name: String { path ?? "the base with the content digest \(contentDigest)" }

    /// The length of all files that `bases` reads from, each counted once, however many need it.
    static func byteCount(of bases: [NativeReader?]) -> UInt64 {
        var total: UInt64 = 0
        var seen: Set<SHA256Digest> = []
        var pending = bases.compactMap { $0 }
        while let base = pending.popLast() {
            guard seen.insert(base.contentDigest).inserted else { continue }
            let (sum, overflow) = total.addingReportingOverflow(base.source.byteCount)
            total = overflow ? .max : sum
            pending += base.bases.compactMap { $0 }
        }
        return total
    }

    /// Makes sure that the base files are there, and those that they need themselves.
    ///
    /// - Throws: `io` with the operation `open`: the file that is missing is named by its content
    ///   digest, and those that were given in its place by their paths.
    public func expectBases() throws(FormatError) {
        var pending = [self]
        var seen: Set<SHA256Digest> = []
        while let reader = pending.popLast() {
            for (digest, base) in zip(reader.index.bases, reader.bases)
            where seen.insert(digest).inserted {
                guard let base else {
                    throw FormatError(
                        .io, format: NativeFormat.formatName, rule: "LTFN-C9", path: reader.path,
                        operation: .open, Self.missing(digest) + mistaken,
                        remedy: .giveBase)
                }
                pending.append(base)
            }
        }
    }

    /// One sentence about a base file that was not given.
    static func missing(_ digest: SHA256Digest) -> String {
        "The values are stored relative to the file with the content digest \(digest), which was not "
            + "given."
    }

    /// One sentence for each file that was given, but is none of the bases.
    private var mistaken: String {
        var seen: Set<String> = []
        return unmatchedBases.map {
            " \($0.path ?? "Another file") has the content digest \($0.contentDigest)."
        }
        .filter { seen.insert($0).inserted }.joined()
    }
}

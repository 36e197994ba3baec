import LTFNBytes
import LTFNFiles

/// The file that is taken where several stand under the names of one part of a data set, and what
/// is to be said of the others.
struct FileChoice<Value> {
    let value: Value
    let file: DatasetFile
    /// Sentences for a person: files that differ, files that are damaged.
    let remarks: [String]

    typealias Candidate = (value: Value, file: DatasetFile)

    /// Reads every file that is there, and takes the first of those that suit best.
    ///
    /// - Parameters:
    ///   - suits: how well a file goes with what is read already; the larger the better.
    /// - Returns: nil when there is none.
    /// - Throws: what is wrong with the first, when none can be read.
    init?(
        of paths: [String], read: (String) throws(FormatError) -> Candidate,
        suits: (Candidate) -> Int = { _ in 0 }
    ) throws(FormatError) {
        var whole: [Candidate] = []
        var damaged: [(path: String, error: FormatError)] = []
        for path in paths {
            do throws(FormatError) {
                // Nobody named it: a pipe would be waited for.
                _ = try FileSource(path: path)
                whole.append(try read(path))
            } catch  where error.isMissingFile || error.isDirectory {
                continue
            } catch {
                damaged.append((path, error))
            }
        }
        guard let best = whole.map(suits).max(),
            let chosen = whole.first(where: { suits($0) == best })
        else {
            if let first = damaged.first { throw first.error }
            return nil
        }
        (value, file) = chosen
        let taken = chosen.file.place ?? ""
        remarks =
            damaged.map { path, error in
                "\(path) cannot be used: \(error.message) \(taken) is whole and was taken."
            }
            + whole.filter { $0.file.identity != chosen.file.identity }.map { other in
                "\(taken) and \(other.file.place ?? "") differ (SHA-256 "
                    + "\(chosen.file.shortDigest) and \(other.file.shortDigest)); "
                    + "\(taken) was taken. Remove the one that is out of date."
            }
    }
}

extension DatasetFile {
    /// `0fa7898d…`, or the name and this.
    fileprivate var shortDigest: String {
        guard let identity else { return "not known" }
        let digest = identity.digest.description.prefix(8) + "…"
        return identity.name.map { "\(digest), \($0)" } ?? String(digest)
    }
}

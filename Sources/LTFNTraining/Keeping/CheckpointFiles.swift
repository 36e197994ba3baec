import LTFNBytes
import LTFNFiles

/// The checkpoints that are kept beside an output: `model.ltfn` has `model.step-000100.ltfn`.
package struct CheckpointFiles: Hashable, Sendable {
    /// With the slash at its end, or empty.
    private let folder: String
    /// `model`
    private let stem: String
    /// `.ltfn`, or empty.
    private let ending: String

    private static let mark = ".step-"
    private static let digitCount = 6

    package init(output path: String) {
        let start = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let name = path[start...]
        let dot = name.lastIndex(of: ".").flatMap { $0 == name.startIndex ? nil : $0 }
        folder = String(path[..<start])
        stem = String(name[..<(dot ?? name.endIndex)])
        ending = String(name[(dot ?? name.endIndex)...])
    }

    /// The family that `path` belongs to, as its output or as one of its checkpoints.
    ///
    /// - Returns: the family, and the step that the name tells.
    static func family(of path: String) -> (files: CheckpointFiles, step: Int?) {
        let own = CheckpointFiles(output: path)
        guard let mark = own.stem.range(ofLast: mark), mark.lowerBound != own.stem.startIndex,
            let step = number(own.stem[mark.upperBound...])
        else { return (own, nil) }
        let output = own.folder + own.stem[..<mark.lowerBound] + own.ending
        return (CheckpointFiles(output: output), step)
    }

    /// The output itself.
    package var outputPath: String { folder + stem + ending }

    /// Where the last usable weights go of a run that has come apart: `model.last-finite.ltfn`.
    package var lastFinitePath: String { path(mark: ".last-finite") }

    private func path(mark: String) -> String { folder + stem + mark + ending }

    package func path(step: Int) -> String {
        path(mark: Self.mark + String(step).aligned(Self.digitCount, with: "0"))
    }

    /// The steps whose checkpoints are there, ascending.
    ///
    /// - Throws: `io`.
    package func steps() throws(FormatError) -> [Int] {
        let (head, tail) = (stem + Self.mark, ending)
        return try Directory.names(in: folder.isEmpty ? "." : folder).compactMap { name in
            guard name.hasPrefix(head), name.hasSuffix(tail),
                name.utf8.count > head.utf8.count + tail.utf8.count
            else { return nil }
            let step = Self.number(name.dropFirst(head.count).dropLast(tail.count))
            return step.flatMap { folder + name == path(step: $0) ? $0 : nil }
        }.sorted()
    }

    /// The checkpoint, there or yet to come, that is the file at `path` under whatever name; nil:
    /// none.
    package func path(sameAs path: String) -> String? {
        let named = Self.family(of: path).step.map { [$0] } ?? []
        return (named + ((try? steps()) ?? [])).map { self.path(step: $0) }
            .first { FileIdentity.same($0, path) }
    }

    /// Removes what killed runs left of checkpoints, whatever their steps were: a run that goes on
    /// with another interval does not write these again.
    func removeLeftDrafts() {
        func folded(_ text: Substring) -> String {
            String(text.map { $0.isASCII && $0.isNumber ? "0" : $0 })
        }
        let stems = (Self.digitCount...19).map { count in
            let zeros = String(repeating: "0", count: count)
            return folded(LeftDrafts.stem(stem + Self.mark + zeros + ending).dropFirst(stem.count))
        }
        LeftDrafts.remove(in: folder.isEmpty ? "." : folder) { name in
            name.hasPrefix(stem) && stems.contains(folded(name.dropFirst(stem.count)))
        }
    }

    private static func number(_ digits: Substring) -> Int? {
        digits.utf8.allSatisfy { (48...57).contains($0) } ? Int(digits) : nil
    }
}

extension String {
    fileprivate func range(ofLast text: String) -> Range<String.Index>? {
        var start = endIndex
        while start > startIndex {
            start = index(before: start)
            if self[start...].hasPrefix(text) {
                return start..<index(start, offsetBy: text.count)
            }
        }
        return nil
    }
}

import ArgumentParser
import LTFNCheckpoint

/// `--skip-unreadable`, `--duplicates`, `--index`: what is read of a file that is not all it could
/// be.
public struct ReadingOptions: ParsableArguments {
    @Flag(help: "Leave out what cannot be read, such as text beside the weights, and say so.")
    var skipUnreadable = false

    @Option(
        help: ArgumentHelp(
            "What to do when an archive has several members of one name: refuse it, or take the last, "
                + "as NumPy does.",
            valueName: "how"))
    var duplicates = Duplicates.refuse

    @Option(
        help: ArgumentHelp(
            "Which array to read from an npy file that holds several, counted from 0.",
            valueName: "number"))
    var index: Int?

    /// What is done about several members of one name.
    public enum Duplicates: String, ExpressibleByArgument, CaseIterable {
        case refuse, last
    }

    public init() {}

    public func validate() throws {
        if let index, index < 0 {
            throw ValidationError("--index counts from 0, found \(index).")
        }
    }

    /// What is read.
    ///
    /// - Parameter patterns: what the names of variables fit; empty: all.
    public func selection(_ patterns: [String] = []) -> ReadingSelection {
        var selection = ReadingSelection()
        selection.patterns = patterns.map { GlobPattern($0) }
        selection.skipsUnreadable = skipUnreadable
        selection.takesLastOfDuplicates = duplicates == .last
        selection.arrayIndex = index
        return selection
    }
}

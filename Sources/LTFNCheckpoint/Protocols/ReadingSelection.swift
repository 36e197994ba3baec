/// What of a file is read, where there is a choice.
public struct ReadingSelection: Hashable, Sendable {
    /// Only the variables whose names fit one of these; empty: all.
    public var patterns: [GlobPattern] = []
    /// Whether a part that cannot be read is left out, as a loss by name, instead of refused.
    public var skipsUnreadable = false
    /// Whether the last of several parts of one name is read, as a loss by name, instead of
    /// refused.
    public var takesLastOfDuplicates = false
    /// Which of several arrays that stand one after the other without names, from 0 on.
    public var arrayIndex: Int?

    public init() {}

    /// All that is in the file, and nothing else.
    public static let everything = ReadingSelection()

    /// Whether a variable of this name is wanted.
    public func includes(_ name: String) -> Bool {
        patterns.isEmpty || patterns.contains { $0.matches(name) }
    }
}

/// A format whose files may hold parts that cannot be read, or must be chosen from.
public protocol SelectiveFormat: CheckpointFormat {
    /// What is read of a file that is opened.
    var selection: ReadingSelection { get set }
}

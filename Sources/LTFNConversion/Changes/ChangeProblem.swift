import LTFNBytes
import LTFNCheckpoint

/// Why something cannot be changed as it is asked for.
public struct ChangeProblem: Error, Hashable, Sendable {
    public let sentence: String
    /// What whoever asks can add.
    public let remedy: FormatError.Remedy?

    init(_ sentence: String, remedy: FormatError.Remedy? = nil) {
        self.sentence = sentence
        self.remedy = remedy
    }

    /// - Parameter variable: what it is about, where the error does not say it.
    init(_ error: FormatError, of variable: VariableName? = nil) {
        let name = error.variable ?? variable?.string
        self.init((name.map { "\"\($0)\": " } ?? "") + error.message, remedy: error.remedy)
    }
}

import LTFNBytes
import LTFNCheckpoint

/// Why something cannot be changed as it is asked for.
public struct ChangeProblem: Error, Hashable, Sendable {
    /// What whoever asks can add.
    public enum Remedy: Hashable, Sendable {
        /// Which dense kernels take a flattened feature map, or that none does.
        case flattens
        /// In which layout the kernels of the source are, beside the wanted one.
        case sourceLayout
    }

    public let sentence: String
    public let remedy: Remedy?

    init(_ sentence: String, remedy: Remedy? = nil) {
        self.sentence = sentence
        self.remedy = remedy
    }

    /// - Parameter variable: what it is about, where the error does not say it.
    init(_ error: FormatError, of variable: VariableName? = nil) {
        let name = error.variable ?? variable?.string
        self.init((name.map { "\"\($0)\": " } ?? "") + error.message)
    }
}

import LTFNBytes
import LTFNCheckpoint

extension FileConversion {
    /// A remark, and what to do about it.
    public struct Hint: Hashable, Sendable {
        public var sentence: String
        public var remedy: FormatError.Remedy

        init(_ sentence: String, remedy: FormatError.Remedy) {
            self.sentence = sentence
            self.remedy = remedy
        }
    }

    /// How it ended.
    public struct Outcome: Sendable {
        public enum Verification: Hashable, Sendable {
            /// The output was read again and is the same, bit for bit.
            case equal
            /// The output is not the same and was removed; the sentences say where.
            case different([String])
            /// It was not wanted.
            case skipped
            /// The output cannot be read again: a pipe, a device.
            case impossible
        }

        public var verification: Verification
        /// What the network made of sample images on both sides, when that was asked for.
        public var forward: ForwardComparison?
        /// What values have lost that got another dtype, by the names of the output.
        public var rounding: [(variable: VariableName, error: RoundingError)] = []
        /// The bytes of the output.
        public var byteCount: UInt64
        /// What a file that was replaced could not leave to the output, a sentence each.
        public var notes: [String] = []
    }
}

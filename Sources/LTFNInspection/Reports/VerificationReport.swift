import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import LTFNInitializers

/// What reading everything in a file brought to light.
public struct VerificationReport: Hashable, Sendable {
    public var variableCount = 0
    /// The bytes of the values that were read and are as they were written.
    public var soundByteCount: UInt64 = 0
    /// How many initial values were replayed and have the digest that is recorded.
    public var replayedCount = 0
    /// One for each variable that is damaged, and one for the rest of the file.
    public var problems: [FormatError] = []

    public var isSound: Bool { problems.isEmpty }

    /// Reads every variable, one at a time, and replays the initial values that can be.
    ///
    /// A damaged variable does not keep the others from being looked at.
    ///
    /// - Parameter progress: called with the number of variables that are done.
    public init(
        of reader: any CheckpointReader, progress: (Int) -> Void = { _ in }
    ) {
        for (index, variable) in reader.manifest.variables.enumerated() {
            do throws(FormatError) {
                // A variable that may not be read may not be replayed either: this comes first.
                try Self.check(reader, index)
                if variable.tiedTo == nil {
                    soundByteCount += UInt64(variable.tensor.byteCount)
                }
                try replay(variable)
            } catch {
                var problem = error
                problem.variable = error.variable ?? variable.name.string
                problems.append(problem)
            }
            variableCount += 1
            progress(variableCount)
        }
        do throws(FormatError) {
            try (reader as? NativeReader)?.verifyRest()
        } catch {
            problems.append(error)
        }
    }

    /// Reads a variable and checks all that the file says of its values.
    private static func check(
        _ reader: any CheckpointReader, _ index: Int
    ) throws(FormatError) {
        guard let native = reader as? NativeReader else {
            _ = try reader.read(index)
            return
        }
        try native.verify(index)
    }

    private mutating func replay(_ variable: VariableInfo) throws(FormatError) {
        guard let specification = variable.initializer,
            case .reproducible(_, let digest) = specification.evidence
        else { return }
        let initializer = try Initializer(specification, dtype: variable.tensor.dtype)
        let found = try initializer.digest(elementCount: variable.tensor.shape.elementCount)
        guard found == digest else {
            throw FormatError(
                .checksumMismatch, variable: variable.name.string,
                "The initial values that its initializer gives have the digest \(found), "
                    + "recorded is \(digest).")
        }
        replayedCount += 1
    }
}

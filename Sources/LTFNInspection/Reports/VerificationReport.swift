import LTFNBytes
import LTFNCheckpoint
import LTFNInitializers

/// What reading everything in a file brought to light.
public struct VerificationReport: Hashable, Sendable {
    public var variableCount = 0
    /// The bytes of the values that were read and are as they were written.
    public var soundByteCount: UInt64 = 0
    /// How many initial values were replayed and have the digest that is recorded.
    public var replayedCount = 0
    /// One for each variable that is damaged.
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
                if variable.tiedTo == nil {
                    let tensor = try reader.read(index)
                    soundByteCount += UInt64(tensor.info.byteCount)
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
    }

    private mutating func replay(_ variable: VariableInfo) throws(FormatError) {
        guard let specification = variable.initializer,
            case .reproducible(_, let digest) = specification.evidence
        else { return }
        let initializer = try Initializer(specification, dtype: variable.tensor.dtype)
        var hash = SHA256()
        let count = variable.tensor.shape.elementCount
        let piece = 1 << 18
        for start in stride(from: 0, to: count, by: piece) {
            let bytes = try initializer.sample(start..<min(start + piece, count))
            hash.update(bytes.bytes)
        }
        let found = hash.finalize()
        guard found == digest else {
            throw FormatError(
                .checksumMismatch, variable: variable.name.string,
                "The initial values that its initializer gives have the digest \(found), "
                    + "recorded is \(digest).")
        }
        replayedCount += 1
    }
}

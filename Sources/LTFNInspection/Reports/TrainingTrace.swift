import LTFNBytes
import LTFNCheckpoint

/// Whether training has left its trace in a file's values.
public enum TrainingTrace: Hashable, Sendable {
    /// The random values are those that the recipes gave, and the file says that it has taken no
    /// step: this is the beginning.
    case beginning
    /// They are, though the file says so many steps, or nothing of steps.
    case none(steps: UInt64?)
    /// Some have changed, or it cannot be told.
    case changed

    /// Compares the values of the variables that `names` with what their recipes gave.
    ///
    /// - Throws: as reading the values.
    public init(
        of reader: any CheckpointReader, _ names: some Sequence<VariableName>
    ) throws(FormatError) {
        var isCompared = false
        for name in names {
            guard let index = reader.manifest.index(of: name) else { continue }
            guard let record = reader.manifest.variables[index].initializer,
                case .reproducible(_, let digest) = record.evidence
            else {
                self = .changed
                return
            }
            // Zeros stay zeros under many a gradient.
            if record.recipe.isConstant { continue }
            guard try reader.verify(index) == digest else {
                self = .changed
                return
            }
            isCompared = true
        }
        guard isCompared else {
            self = .changed
            return
        }
        let steps = Self.steps(reader.manifest.metadata)
        self = steps == 0 ? .beginning : .none(steps: steps)
    }

    /// The number of steps under `training`, where a file has it.
    private static func steps(_ metadata: Metadata) -> UInt64? {
        guard case .map(let training)? = metadata["training"] else { return nil }
        return switch training["steps"] {
        case .i64(let count): UInt64(exactly: count)
        case .u64(let count): count
        default: nil
        }
    }

    /// What is wrong, if anything is.
    var verdict: Verdict? {
        guard case .none(let steps) = self else { return nil }
        let told =
            steps.map { ", though the file tells of \(NumberText.counted($0, "step"))" } ?? ""
        return Verdict(
            rule: .untrained, layer: nil, number: 0, threshold: 0,
            sentence: "The network was never trained: its values are those that its variables were "
                + "first filled with\(told).",
            advice: "Look at the learning rate, and whether the trained values were saved.")
    }
}

extension InitializerRecipe {
    fileprivate var isConstant: Bool {
        switch self {
        case .zeros, .ones, .constant: true
        default: false
        }
    }
}

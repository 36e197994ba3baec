import LTFNBytes
import LTFNCheckpoint

extension StepReport {
    var metadata: Metadata {
        [
            "accuracy": .f64(accuracy), "correct": .u64(UInt64(correct)), "cost": .f64(cost),
            "count": .u64(UInt64(count)), "step": .u64(UInt64(step)),
        ]
    }

    init(_ entry: MetadataEntry) throws(FormatError) {
        let count = try entry.count("count", atLeast: 1)
        let correct = try entry.count("correct")
        let step = try entry.count("step")
        self.init(step: step, cost: try entry.number("cost"), correct: correct, count: count)
        guard try entry.number("accuracy") == accuracy else {
            throw FormatError(
                .corrupt,
                "The file's \(entry.path) has \(correct) of \(count) images recognized, but an "
                    + "accuracy of \(try entry.number("accuracy")); the training cannot be resumed "
                    + "from it.")
        }
    }
}

extension Evaluation {
    var metadata: Metadata {
        [
            "accuracy": .f64(accuracy), "correct": .u64(UInt64(correct)), "cost": .f64(cost),
            "count": .u64(UInt64(count)),
        ]
    }
}

extension Optimizer {
    /// The name, and the constants by theirs.
    package var metadata: Metadata {
        var metadata: Metadata = ["name": .string(name)]
        for constant in constants { metadata[constant.name] = .f64(constant.value) }
        return metadata
    }
}

extension LearningRateSchedule {
    package var metadata: Metadata {
        var metadata: Metadata = ["warm_up": .u64(UInt64(warmUp))]
        switch course {
        case .constant: metadata["name"] = .string("constant")
        case .step(let every, let factor):
            metadata["name"] = .string("step")
            metadata["every"] = .u64(UInt64(every))
            metadata["factor"] = .f64(factor)
        case .cosine(let steps, let final):
            metadata["name"] = .string("cosine")
            metadata["final"] = .f64(final)
            if let steps { metadata["steps"] = .u64(UInt64(steps)) }
        }
        return metadata
    }

    init(_ entry: MetadataEntry) throws(FormatError) {
        let warmUp = try entry.count("warm_up")
        switch try entry.string("name") {
        case "constant": self.init(.constant, warmUp: warmUp)
        case "step":
            let every = try entry.count("every", atLeast: 1)
            self.init(.step(every: every, factor: try entry.number("factor")), warmUp: warmUp)
        case "cosine":
            let steps = try entry.count("steps", atLeast: 1)
            self.init(.cosine(steps: steps, final: try entry.number("final")), warmUp: warmUp)
        case let name:
            throw FormatError(
                .unsupportedFeature,
                "The learning rate follows a schedule called \"\(name)\"; "
                    + "expected one of \(Self.names.joined(separator: ", ")).")
        }
    }
}

import LTFNBytes
import LTFNCheckpoint
import LTFNDatasets

extension Trainer {
    /// The run that every checkpoint of this trainer is of.
    public var run: RunIdentity {
        RunIdentity(
            graph: configuration.model.graph,
            initializers: Dictionary(
                initial.map { ($0.name, $0.spec) }, uniquingKeysWith: { first, _ in first }),
            training: metadata(of: start, evaluation: nil))
    }

    /// The network, the recipe, and all that is needed to go on: nothing that differs from run to
    /// run.
    ///
    /// - Throws: `notRepresentable` when a variable's name leaves no room for an optimizer's.
    func checkpoint(
        of state: TrainingState, evaluation: Evaluation?
    ) throws(FormatError) -> Checkpoint {
        var tensors: [VariableName: TensorData] = [:]
        var variables: [VariableInfo] = []
        for initial in initial {
            guard let tensor = state.parameters[initial.name] else {
                throw FormatError(
                    .corrupt, variable: initial.name.string, "The training lost the variable.")
            }
            variables.append(
                VariableInfo(
                    name: initial.name, tensor: tensor.info, initializer: initial.spec))
            tensors[initial.name] = tensor
            let slots = state.slots[initial.name] ?? []
            for (slot, values) in zip(configuration.optimizer.slotNames, slots) {
                let name = try initial.name.slot(slot)
                let tensor = try TensorData(
                    shape: tensor.info.shape.dimensions, floats: values)
                variables.append(
                    VariableInfo(
                        name: name, tensor: tensor.info,
                        metadata: [
                            "optimizer": .string(configuration.optimizer.name),
                            "slot": .string(slot), "slot_of": .string(initial.name.string),
                        ]))
                tensors[name] = tensor
            }
        }
        let manifest = try Manifest(
            variables: variables,
            metadata: ["training": .map(metadata(of: state, evaluation: evaluation))],
            graph: configuration.model.graph)
        return try Checkpoint(
            manifest: manifest, tensors: manifest.variables.compactMap { tensors[$0.name] })
    }

    private func metadata(of state: TrainingState, evaluation: Evaluation?) -> Metadata {
        var training: Metadata = [
            "batch_size": .u64(UInt64(configuration.batchSize)),
            "data": .map(dataMetadata),
            "learning_rate": .f64(configuration.learningRate),
            "loss": .string("softmax_cross_entropy"),
            "optimizer": .map(configuration.optimizer.metadata),
            "order": .string(configuration.isShuffled ? "shuffled" : "file"),
            "schedule": .map(configuration.schedule.metadata),
            "seed": .u64(configuration.seed),
            "state": .map(stateMetadata(state)),
            "steps": .u64(UInt64(state.stepCount)),
            "steps_asked": .u64(UInt64(configuration.stepCount)),
        ]
        if let last = state.last { training["last_batch"] = .map(last.metadata) }
        if let evaluation { training["test"] = .map(evaluation.metadata) }
        return training
    }

    /// What of the state is not a variable.
    private func stateMetadata(_ state: TrainingState) -> Metadata {
        var metadata: Metadata = [
            "next_image": .u64(UInt64(order.position(step: state.stepCount)))
        ]
        if let first = state.first { metadata["first_batch"] = .map(first.metadata) }
        if let peak = state.peak { metadata["peak_batch"] = .map(peak.metadata) }
        return metadata
    }

    /// What was trained and tested on, by the SHA-256 of the unpacked files.
    private var dataMetadata: Metadata {
        var data = Metadata()
        for (part, file) in dataset.files {
            guard let identity = file.identity else { continue }
            var entry: Metadata = ["sha256": .string(identity.digest.description)]
            if let name = identity.name { entry["name"] = .string(name) }
            data[part.rawValue] = .map(entry)
        }
        return data
    }
}

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
}

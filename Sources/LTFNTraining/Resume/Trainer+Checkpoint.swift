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
            training: record(of: start, evaluation: nil).metadata)
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
            metadata: ["training": .map(record(of: state, evaluation: evaluation).metadata)],
            graph: configuration.model.graph)
        return try Checkpoint(
            manifest: manifest, tensors: manifest.variables.compactMap { tensors[$0.name] })
    }

    /// What a file says of the training that has come to `state`.
    private func record(of state: TrainingState, evaluation: Evaluation?) -> TrainingRecord {
        var data: [DatasetPart: TrainingRecord.Part] = [:]
        for (part, file) in dataset.files {
            data[part] = file.identity.map {
                TrainingRecord.Part(digest: $0.digest.description, name: $0.name)
            }
        }
        return TrainingRecord(
            configuration: configuration, data: data, stepCount: state.stepCount,
            nextImage: order.position(step: state.stepCount), first: state.first,
            peak: state.peak, last: state.last, evaluation: evaluation)
    }
}

import LTFNBytes
import LTFNCheckpoint
import LTFNDatasets

/// What came out of a training run.
public struct TrainingResult: Sendable {
    public let ending: TrainingEnding
    /// How many steps the weights of `checkpoint` have behind them.
    public let stepCount: Int
    /// The last step that was done; nil when there was none.
    public let lastStep: StepReport?
    /// nil when the run did not finish, or the network is untrained.
    public let evaluation: Evaluation?
    /// The weights, how each was first filled, the network and the recipe of the training.
    public let checkpoint: Checkpoint

    init(
        _ trainer: Trainer, parameters: [VariableName: TensorData], stepCount: Int,
        lastStep: StepReport?, ending: TrainingEnding, evaluation: Evaluation?
    ) throws(FormatError) {
        self.ending = ending
        self.stepCount = stepCount
        self.lastStep = lastStep
        self.evaluation = evaluation
        var variables: [VariableInfo] = []
        for initial in trainer.initial {
            variables.append(
                VariableInfo(
                    name: initial.name, tensor: initial.tensor.info, initializer: initial.spec))
        }
        let manifest = try Manifest(
            variables: variables,
            metadata: [
                "training": .map(
                    trainer.metadata(
                        stepCount: stepCount, lastStep: lastStep, evaluation: evaluation))
            ],
            graph: trainer.configuration.model.graph)
        var tensors: [TensorData] = []
        for variable in manifest.variables {
            guard let tensor = parameters[variable.name] else {
                throw FormatError(
                    .corrupt, variable: variable.name.string, "The training lost the variable.")
            }
            tensors.append(tensor)
        }
        checkpoint = try Checkpoint(manifest: manifest, tensors: tensors)
    }
}

extension Trainer {
    /// The recipe and its outcome: nothing that differs from run to run, so no times.
    func metadata(
        stepCount: Int, lastStep: StepReport?, evaluation: Evaluation?
    ) -> Metadata {
        var training: Metadata = [
            "batch_size": .u64(UInt64(configuration.batchSize)),
            "data": .map(dataMetadata),
            "learning_rate": .f64(configuration.learningRate),
            "loss": .string("softmax_cross_entropy"),
            "optimizer": .string("sgd"),
            "seed": .u64(configuration.seed),
            "steps": .u64(UInt64(stepCount)),
        ]
        if let lastStep {
            training["last_batch"] = .map([
                "accuracy": .f64(lastStep.accuracy), "cost": .f64(lastStep.cost),
                "step": .u64(UInt64(lastStep.step)),
            ])
        }
        if let evaluation {
            training["test"] = .map([
                "accuracy": .f64(evaluation.accuracy), "correct": .u64(UInt64(evaluation.correct)),
                "cost": .f64(evaluation.cost), "count": .u64(UInt64(evaluation.count)),
            ])
        }
        return training
    }

    /// What was trained and tested on, by the SHA-256 of the unpacked files.
    private var dataMetadata: Metadata {
        var data = Metadata()
        for (part, file) in dataset.files {
            var entry: Metadata = ["sha256": .string(file.identity.digest.description)]
            if let name = file.identity.name { entry["name"] = .string(name) }
            data[part.rawValue] = .map(entry)
        }
        return data
    }
}

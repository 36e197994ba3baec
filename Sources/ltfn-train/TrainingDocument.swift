import LTFNBytes
import LTFNCheckpoint
import LTFNCommand
import LTFNDatasets
import LTFNTraining

extension TrainingDisplay {
    /// Writes the JSON document where it is wanted.
    ///
    /// - Parameters:
    ///   - output: the file that was written; nil: none.
    /// - Throws: `io`.
    func writeDocument(
        _ result: TrainingResult, output: String?, byteCount: UInt64?
    ) throws(FormatError) {
        guard let destination = command.json.destination else { return }
        let text = document(result, output: output, byteCount: byteCount).rendered(.pretty) + "\n"
        switch destination {
        case .standardOutput: Output.stdout.writeDocument(text)
        case .file(let path):
            try writeFile(text, to: path, replacingExisting: command.json.force)
        }
    }

    private func document(
        _ result: TrainingResult, output: String?, byteCount: UInt64?
    ) -> JSONValue {
        let configuration = trainer.configuration
        return .object([
            "schema": "ltfn.train/1",
            "model": .string(configuration.model.name),
            "parameters": .int(Int64(configuration.model.parameterCount)),
            "seed": .uint(configuration.seed),
            "batch_size": .int(Int64(configuration.batchSize)),
            "learning_rate": .double(configuration.learningRate),
            "optimizer": configuration.optimizer.metadata.document,
            "schedule": configuration.schedule.metadata.document,
            "shuffled": .bool(configuration.isShuffled),
            "first_step": .int(Int64(trainer.firstStep)),
            "validation": .array(validations.map { validation($0.stepCount, $0.evaluation) }),
            "steps_asked": .int(Int64(configuration.stepCount)),
            "steps": .int(Int64(result.stepCount)),
            "threads": .int(Int64(threads)),
            "initializers": initializers(result),
            "data": data,
            "warnings": .array(trainer.dataset.remarks.map { .string($0) }),
            "ending": .string(ending(result)),
            "history": .array(history.map { step($0) }),
            "last_step": result.lastStep.map { step($0) } ?? .null,
            "test": result.evaluation.map { test($0) } ?? .null,
            "output": output.map { .string($0) } ?? .null,
            "output_bytes": byteCount.map { .uint($0) } ?? .null,
            "seconds": .double(trainingSeconds),
            "images_per_second": .double(imagesPerSecond(result)),
        ])
    }

    private func initializers(_ result: TrainingResult) -> JSONValue {
        .object(
            result.checkpoint.manifest.variables.map { variable in
                JSONMember(
                    variable.name.string,
                    variable.initializer?.recipe.document ?? .null)
            })
    }

    private var data: JSONValue {
        .object(
            DatasetPart.allCases.compactMap { part in
                guard let file = trainer.dataset.files[part] else { return nil }
                return JSONMember(part.rawValue, file.json)
            })
    }

    private func ending(_ result: TrainingResult) -> String {
        switch result.ending {
        case .finished: "finished"
        case .stopped: "stopped"
        case .diverged: "diverged"
        }
    }

    private func step(_ report: StepReport) -> JSONValue {
        .object([
            "step": .int(Int64(report.step)), "cost": .double(report.cost),
            "accuracy": .double(report.accuracy),
        ])
    }

    private func validation(_ stepCount: Int, _ evaluation: Evaluation) -> JSONValue {
        .object(["steps": .int(Int64(stepCount)), "result": test(evaluation)])
    }

    private func test(_ evaluation: Evaluation) -> JSONValue {
        .object([
            "cost": .double(evaluation.cost), "accuracy": .double(evaluation.accuracy),
            "correct": .int(Int64(evaluation.correct)), "count": .int(Int64(evaluation.count)),
        ])
    }
}

import LTFN

/// Trains in two parts, with a checkpoint every 20 steps.
public func trainInTwoParts(
    _ model: ModelDescription, on data: Dataset, savingTo path: String
) throws {
    let output = TrainingOutput(path: path, checkpointInterval: 20)
    let run = TrainingConfiguration(model: model, stepCount: 50, learningRate: 0.05)
    try output.write(output.run(Trainer(configuration: run, dataset: data)))

    let earlier = try ResumedRun(path, models: [model]).training
    var longer = earlier.configuration
    longer.stepCount = 100
    let trainer = try Trainer(configuration: longer, dataset: data, resuming: earlier)
    try output.write(output.run(trainer))
}

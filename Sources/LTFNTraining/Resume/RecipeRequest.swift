import LTFNBytes

/// What is asked of a training run; nil is the default, or what the file says that is resumed.
public struct RecipeRequest: Sendable {
    public var model: String?
    /// Empty: not asked for.
    public var initialization: [InitializationRule] = []
    public var seed: UInt64?
    public var stepCount: Int?
    public var batchSize: Int?
    public var learningRate: Double?
    public var optimizer: (any Optimizer)?
    public var course: LearningRateSchedule.Course?
    public var warmUp: Int?
    public var isShuffled: Bool?

    public init() {}

    /// The recipe of a new run.
    ///
    /// - Throws: for an unknown model, and as `TrainingConfiguration.check()`.
    public func configuration() throws(ConfigurationError) -> TrainingConfiguration {
        var result = TrainingConfiguration(initialization: initialization)
        if let model { result.model = try Self.model(named: model) }
        result.seed = seed ?? result.seed
        result.stepCount = stepCount ?? result.stepCount
        result.batchSize = batchSize ?? result.batchSize
        result.learningRate = learningRate ?? result.learningRate
        result.optimizer = optimizer ?? result.optimizer
        result.schedule = LearningRateSchedule(course ?? .constant, warmUp: warmUp ?? 0)
        result.isShuffled = isShuffled ?? false
        try result.check()
        return result
    }

    /// The recipe of a run that goes on.
    ///
    /// - Throws: when something else is asked for than what the file was trained with; only the
    ///   number of steps may change.
    public func configuration(
        resuming saved: SavedTraining
    ) throws(ConfigurationError) -> TrainingConfiguration {
        var result = saved.configuration
        if let model { try expect(Self.model(named: model).name, result.model.name, "model") }
        let recipes = try result.model.recipes(under: result.initialization)
        if !initialization.isEmpty,
            try result.model.recipes(under: initialization) != recipes
        {
            throw ConfigurationError(
                "The file was trained with initializers, and other initializers are asked for; leave "
                    + "them out to resume, or begin a new run.")
        }
        try expect(seed, result.seed, "seed")
        try expect(batchSize, result.batchSize, "batch size")
        try expect(learningRate, result.learningRate, "learning rate")
        if let optimizer, !optimizer.isSame(as: result.optimizer) {
            throw Self.contradiction("optimizer", optimizer.text, result.optimizer.text)
        }
        try expectSchedule(result.schedule)
        if isShuffled == true, !result.isShuffled {
            throw Self.contradiction("order of images", "shuffled", "file order")
        }
        if let stepCount { result.stepCount = stepCount }
        try result.check()
        guard result.stepCount >= saved.state.stepCount else {
            throw ConfigurationError(
                "\(NumberText.counted(result.stepCount, "step")) are asked for, and the file has "
                    + "\(saved.state.stepCount) already; a run can only go on.")
        }
        return result
    }

    private func expectSchedule(
        _ schedule: LearningRateSchedule
    ) throws(ConfigurationError) {
        try expect(warmUp, schedule.warmUp, "warm-up")
        guard var course else { return }
        if case .cosine(nil, let final) = course, case .cosine(let steps, _) = schedule.course {
            course = .cosine(steps: steps, final: final)
        }
        if course != schedule.course {
            throw Self.contradiction(
                "schedule", LearningRateSchedule(course).text, schedule.text)
        }
    }

    private func expect<Value: Equatable>(
        _ asked: Value?, _ found: Value, _ setting: String
    ) throws(ConfigurationError) {
        guard let asked, asked != found else { return }
        throw Self.contradiction(setting, "\(asked)", "\(found)")
    }

    private static func contradiction(
        _ setting: String, _ asked: String, _ found: String
    ) -> ConfigurationError {
        ConfigurationError(
            "The \(setting) that is asked for is \(asked), but the file was trained with "
                + "\(found); leave it out to resume, or begin a new run.")
    }

    private static func model(
        named name: String
    ) throws(ConfigurationError) -> ModelDescription {
        if let model = ModelCatalogue.model(named: name) { return model }
        let first = ModelCatalogue.all[0].name
        throw ConfigurationError.unknown(
            "model", name, among: ModelCatalogue.all.map(\.name),
            meanings: [
                "cnn": first, "convnet": first, "conv": first, "lenet": first, "dense": "mlp",
                "fc": "mlp", "fullyconnected": "mlp",
            ])
    }
}

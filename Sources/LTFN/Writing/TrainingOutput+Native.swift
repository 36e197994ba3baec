extension TrainingOutput {
    /// The output of a run as an `.ltfn` file, which holds all that is needed to go on.
    ///
    /// - Parameters:
    ///   - path: where the output goes.
    ///   - checkpointInterval: after every so many steps a checkpoint is kept beside it; nil: none.
    ///   - keptCount: how many checkpoints are kept, the newest.
    public init(
        path: String, checkpointInterval: Int? = nil, keptCount: Int = defaultKeptCount
    ) {
        self.init(
            path: path, format: NativeFormat(), checkpointInterval: checkpointInterval,
            keptCount: keptCount)
    }
}

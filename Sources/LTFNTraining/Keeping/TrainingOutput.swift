public import LTFNBytes
public import LTFNCheckpoint
import LTFNFiles

/// The file that a run writes, and the checkpoints that it keeps beside it: `model.ltfn` has
/// `model.step-000100.ltfn`.
///
/// What stands under the names of checkpoints and is not of this run is neither replaced nor
/// removed.
public struct TrainingOutput: Sendable {
    public let path: String
    /// What is written.
    public let format: any CheckpointFormat
    /// After every so many steps a checkpoint is kept; nil: none.
    public var checkpointInterval: Int?
    /// How many checkpoints are kept, the newest.
    public var keptCount: Int
    /// How much may be made out of the checkpoints that are there.
    public var limits: DecodingLimits

    /// One more than the newest, should that be damaged.
    public static let defaultKeptCount = 2

    public init(
        path: String, format: any CheckpointFormat, checkpointInterval: Int? = nil,
        keptCount: Int = defaultKeptCount, limits: DecodingLimits = .standard
    ) {
        self.path = path
        self.format = format
        self.checkpointInterval = checkpointInterval
        self.keptCount = keptCount
        self.limits = limits
    }

    /// The names of what is kept.
    package var files: CheckpointFiles { CheckpointFiles(output: path) }

    /// Makes sure, before any work, that a trained network can be saved, and removes what killed
    /// runs left unfinished; what stands at `path` is not touched.
    ///
    /// - Returns: what a file that is replaced cannot leave to the new one, a sentence each.
    /// - Throws: `io`.
    public func prepare() throws(FormatError) -> [String] {
        let notes = try Self.check(path)
        files.removeLeftDrafts()
        if let checkpointInterval { try Self.checkDerived(files.path(step: checkpointInterval)) }
        return notes
    }

    /// Why the last usable weights of a run that comes apart could not be saved; nil: they could.
    public func obstacleToLastFinite() -> FormatError? {
        guard (try? DurableFileWriter.makesFile(at: path)) == true else { return nil }
        do throws(FormatError) {
            try Self.checkDerived(files.lastFinitePath)
            return nil
        } catch {
            return error
        }
    }

    private static func check(_ path: String) throws(FormatError) -> [String] {
        guard try DurableFileWriter.makesFile(at: path) else { return [] }
        let writer = try DurableFileWriter(path: path)
        writer.abandon()
        return writer.notes
    }

    /// The same for a name that the program made, where only a file may stand.
    private static func checkDerived(_ path: String) throws(FormatError) {
        try DurableFileWriter.expectFile(at: path)
        _ = try check(path)
    }
}

extension TrainingOutput {
    /// What happens during a run.
    public enum Event {
        case training(TrainingEvent)
        /// A checkpoint was kept.
        case kept(path: String)
        /// Something that is not a sound checkpoint of this run has the name: it was left as it is,
        /// and the checkpoint not kept.
        case taken(path: String)
        /// A checkpoint could not be written, which is no reason to lose the run.
        case failed(step: Int, FormatError)
    }

    /// Trains, and keeps checkpoints on the way. What comes out is written by `write(_:reader:)`.
    ///
    /// - Parameters:
    ///   - validationInterval: after every so many steps a look at the images that are set aside;
    ///     nil: none.
    ///   - shouldStop: asked before every step; once it says yes, no further step is begun.
    ///   - onEvent: called on the calling thread.
    /// - Throws: as `Trainer.run`; that a checkpoint cannot be kept is an event.
    public func run(
        _ trainer: Trainer, validationInterval: Int? = nil,
        shouldStop: () -> Bool = { false }, onEvent: (Event) -> Void = { _ in }
    ) throws(FormatError) -> TrainingResult {
        let kept = RunCheckpoints(output: self, run: trainer.run)
        return try trainer.run(
            pauses: Trainer.Pauses(
                checkpointInterval: checkpointInterval, validationInterval: validationInterval),
            shouldStop: shouldStop,
            onCheckpoint: { (checkpoint, step) throws(FormatError) in
                do throws(FormatError) {
                    let path = files.path(step: step)
                    let isKept = try kept.keep(checkpoint, step: step)
                    onEvent(isKept ? .kept(path: path) : .taken(path: path))
                } catch {
                    onEvent(.failed(step: step, error))
                }
            }, onEvent: { onEvent(.training($0)) })
    }

    /// Writes the trained network in place of what stands at `path`.
    ///
    /// - Parameter reader: how long somebody is waited for who reads from a pipe of that name.
    /// - Returns: the length of the file in bytes.
    /// - Throws: `io`; what stood there before is then still there.
    @discardableResult
    public func write(
        _ result: TrainingResult, reader: PipeReader = .expectedSoon
    ) throws(FormatError) -> UInt64 {
        try write(result.checkpoint, to: path, reader: reader)
    }

    /// Saves the last usable weights of a run that has come apart beside the output, which is not
    /// written.
    ///
    /// - Returns: where they are.
    /// - Throws: `io`.
    @discardableResult
    public func writeLastFinite(_ result: TrainingResult) throws(FormatError) -> String {
        let path = files.lastFinitePath
        try DurableFileWriter.expectFile(at: path)
        _ = try write(result.checkpoint, to: path, beside: self.path)
        return path
    }

    /// - Parameters:
    ///   - replacingExisting: as for `DurableFileWriter`.
    ///   - output: the file that this one is kept beside, and is as private as.
    func write(
        _ checkpoint: Checkpoint, to path: String, replacingExisting: Bool = true,
        reader: PipeReader = .expectedSoon, beside output: String? = nil
    ) throws(FormatError) -> UInt64 {
        let writer = try DurableFileWriter(
            path: path, replacingExisting: replacingExisting, asPrivateAs: output,
            reader: reader)
        try format.write(checkpoint, to: writer)
        try writer.commit()
        return writer.position
    }
}

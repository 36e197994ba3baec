public import LTFNBytes
public import LTFNCheckpoint
import LTFNFormats

/// The file that a run goes on from.
public struct ResumedRun: Sendable {
    public let path: String
    public let training: SavedTraining
    /// The other files that it consists of, when it is a set.
    public let otherPaths: [String]
    /// What is to be known about it.
    public internal(set) var remarks: [Remark]

    /// Something to be known about the files of a run, a sentence each.
    public enum Remark: Hashable, Sendable {
        /// There is more than what was taken.
        case note(String)
        /// Something was lost, or another file taken in its place.
        case loss(String)
    }

    /// Reads and checks all of `path`; when it is damaged or missing, the newest sound checkpoint
    /// of the same run that is kept beside it, which `remarks` then say.
    ///
    /// - Parameters:
    ///   - bases: files that it may be stored relative to.
    ///   - models: the networks that the file may be of.
    ///   - limits: how much may be made out of the file.
    ///   - onRemark: takes each remark as it comes, also those before an error.
    /// - Throws: what is wrong with `path`, when there is no such checkpoint; what is wrong with a
    ///   base, for which no checkpoint can make up.
    public init(
        _ path: String, bases: [String] = [], models: [ModelDescription] = ModelCatalogue.all,
        limits: DecodingLimits = .standard,
        onRemark: (Remark) -> Void = { _ in }
    ) throws(FormatError) {
        let options = ModelFile.Options(bases: bases, limits: limits)
        do throws(FormatError) {
            self = try Self.whole(path, options, models)
            remarks += newest(limits).map { [.note($0)] } ?? []
            remarks.forEach(onRemark)
        } catch  where error.isDamage(to: path) {
            self = try Self.substitute(for: path, error, options, models, onRemark)
        }
    }

    private init(
        path: String, training: SavedTraining, otherPaths: [String], remarks: [Remark]
    ) {
        self.path = path
        self.training = training
        self.otherPaths = otherPaths
        self.remarks = remarks
    }

    /// Reads every variable, so that every checksum has been compared.
    private static func whole(
        _ path: String, _ options: ModelFile.Options, _ models: [ModelDescription]
    ) throws(FormatError) -> ResumedRun {
        let model = try ModelFile(path, options)
        return try FormatError.about(path) { () throws(FormatError) in
            let training = try SavedTraining(
                Checkpoint(reading: model.reader, memoryLimit: model.budget.limit), models: models)
            return ResumedRun(
                path: path, training: training, otherPaths: model.otherPaths,
                remarks: model.lossNotes.map { .loss($0) })
        }
    }

    /// Says when what is kept beside an output is further on than the output.
    private func newest(_ limits: DecodingLimits) -> String? {
        let (files, step) = CheckpointFiles.family(of: path)
        let newest = (try? files.steps())?.last ?? 0
        guard step == nil, newest > training.state.stepCount else { return nil }
        let other = files.path(step: newest)
        let isOwn = RunRecord(at: other, limits: limits)?.run == training.run
        return "\(other) is \(isOwn ? "" : "of another run, or damaged, and ")further on than "
            + "\(path), which has " + NumberText.counted(training.state.stepCount, "step") + "."
    }

    /// The newest sound checkpoint beside `path` of the run that `path` is of.
    private static func substitute(
        for path: String, _ damage: FormatError, _ options: ModelFile.Options,
        _ models: [ModelDescription], _ onRemark: (Remark) -> Void
    ) throws(FormatError) -> ResumedRun {
        let (files, step) = CheckpointFiles.family(of: path)
        let older = ((try? files.steps()) ?? []).filter { $0 < step ?? .max }
            .map { files.path(step: $0) }
        let run = try run(of: path, beside: older, damage, options.limits)
        var remarks: [Remark] = []
        for candidate in older.reversed() {
            do throws(FormatError) {
                var resumed = try whole(candidate, options, models)
                guard resumed.training.run == run else {
                    remarks.append(.loss("\(candidate) is of another run than \(path)."))
                    continue
                }
                remarks.insert(.loss("\(damage)"), at: 0)
                remarks += resumed.remarks
                remarks.append(.loss("resuming from \(candidate) instead, which is sound."))
                remarks.forEach(onRemark)
                resumed.remarks = remarks
                return resumed
            } catch  where error.isDamage(to: candidate) {
                remarks.append(.loss("\(error)"))
            } catch {
                ([.loss("\(damage)")] + remarks).forEach(onRemark)
                throw error
            }
        }
        remarks.forEach(onRemark)
        throw damage
    }

    /// The run that a damaged or missing file is of: what it still says itself, or else what all
    /// that is kept beside it say.
    ///
    /// - Throws: `damage` when these are of several runs.
    private static func run(
        of path: String, beside kept: [String], _ damage: FormatError, _ limits: DecodingLimits
    ) throws(FormatError) -> RunIdentity? {
        // Damage to the values leaves it legible.
        if let own = RunRecord(at: path, limits: limits) { return own.run }
        var first: (path: String, run: RunIdentity)?
        for path in kept.reversed() {
            guard let run = RunRecord(at: path, limits: limits)?.run else { continue }
            if let first, first.run != run {
                var ambiguous = damage
                ambiguous.message +=
                    " \(first.path) and \(path) are checkpoints of two runs: name the one to go on "
                    + "from."
                throw ambiguous
            }
            first = first ?? (path, run)
        }
        return first?.run
    }
}

extension FormatError {
    /// Whether an older file may serve in place of the one at `path`. Damage to a base is not
    /// damage to the file that needs it.
    fileprivate func isDamage(to path: String) -> Bool {
        guard self.path == path else { return false }
        return switch code {
        case .notThisFormat, .truncated, .corrupt, .checksumMismatch: true
        case .io: operation == .open && systemError == 2
        case .unsupportedVersion, .unsupportedFeature, .limitExceeded, .notRepresentable: false
        }
    }
}

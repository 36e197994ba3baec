import LTFNBytes
import LTFNCheckpoint
import LTFNCommand
import LTFNFormats
import LTFNTraining

/// The file that a run goes on from.
struct ResumeSource {
    let path: String
    let training: SavedTraining
    /// The other files that it consists of, when it is a set.
    let otherPaths: [String]

    /// Reads and checks all of `path`; when it is damaged or missing, the newest sound checkpoint
    /// of the same run that is kept beside it, which is then said.
    ///
    /// - Parameters:
    ///   - bases: files that it may be stored relative to.
    ///   - limits: how much may be made out of the file.
    /// - Throws: what is wrong with `path`, when there is no such checkpoint; what is wrong with a
    ///   base, for which no checkpoint can make up.
    init(
        _ path: String, bases: [String], limits: DecodingLimits, notes: Notes
    ) throws(FormatError) {
        let options = ModelFile.Options(bases: bases, limits: limits)
        do throws(FormatError) {
            (training, otherPaths) = try Self.training(path, options, notes)
            self.path = path
            noteNewest(limits, notes)
        } catch  where error.isDamage(to: path) {
            self = try Self.substitute(for: path, error, options, notes)
        }
    }

    private init(path: String, training: SavedTraining, otherPaths: [String]) {
        self.path = path
        self.training = training
        self.otherPaths = otherPaths
    }

    /// Says when what is kept beside an output is further on than the output.
    private func noteNewest(_ limits: DecodingLimits, _ notes: Notes) {
        let (files, step) = CheckpointFiles.family(of: path)
        let newest = (try? files.steps())?.last ?? 0
        guard step == nil, newest > training.state.stepCount else { return }
        let other = files.path(step: newest)
        let isOwn = RunRecord(at: other, limits: limits)?.run == training.run
        notes.note(
            "\(TerminalText.escaped(other)) is \(isOwn ? "" : "of another run, or damaged, and ")"
                + "further on than \(TerminalText.escaped(path)), which has "
                + NumberText.counted(training.state.stepCount, "step") + ".")
    }

    /// The newest sound checkpoint beside `path` of the run that `path` is of.
    private static func substitute(
        for path: String, _ damage: FormatError, _ options: ModelFile.Options, _ notes: Notes
    ) throws(FormatError) -> ResumeSource {
        let (files, step) = CheckpointFiles.family(of: path)
        let older = ((try? files.steps()) ?? []).filter { $0 < step ?? .max }
            .map { files.path(step: $0) }
        let run = try run(of: path, beside: older, damage, options.limits)
        var remarks: [String] = []
        for candidate in older.reversed() {
            do throws(FormatError) {
                let (training, otherPaths) = try training(candidate, options, notes)
                guard training.run == run else {
                    remarks.append(
                        "\(TerminalText.escaped(candidate)) is of another run than "
                            + "\(TerminalText.escaped(path)).")
                    continue
                }
                remarks.insert("\(damage)", at: 0)
                remarks.append(
                    "resuming from \(TerminalText.escaped(candidate)) instead, which is sound.")
                for remark in remarks { notes.tellLoss(remark) }
                return ResumeSource(path: candidate, training: training, otherPaths: otherPaths)
            } catch  where error.isDamage(to: candidate) {
                remarks.append("\(error)")
            } catch {
                for remark in ["\(damage)"] + remarks { notes.tellLoss(remark) }
                throw error
            }
        }
        for remark in remarks { notes.tellLoss(remark) }
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
                    + "from with --resume."
                throw ambiguous
            }
            first = first ?? (path, run)
        }
        return first?.run
    }

    /// Reads every variable, so that every checksum has been compared.
    private static func training(
        _ path: String, _ options: ModelFile.Options, _ notes: Notes
    ) throws(FormatError) -> (SavedTraining, otherPaths: [String]) {
        let model = try ModelFile(path, options)
        for loss in model.lossNotes { notes.tellLoss(TerminalText.escaped(loss)) }
        return try FormatError.about(path) { () throws(FormatError) in
            let training = try SavedTraining(
                Checkpoint(reading: model.reader, memoryLimit: model.budget.limit))
            return (training, model.otherPaths)
        }
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

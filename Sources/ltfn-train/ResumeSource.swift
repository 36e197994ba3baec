import LTFNBytes
import LTFNCheckpoint
import LTFNCommand
import LTFNFormat
import LTFNTraining

/// The file that a run goes on from.
struct ResumeSource {
    let path: String
    let training: SavedTraining

    /// Reads and checks all of `path`; when it is damaged or missing, the newest sound checkpoint kept
    /// beside it, which is then said.
    ///
    /// - Parameter limits: how much may be made out of the file.
    /// - Throws: what is wrong with `path`, when there is no sound checkpoint.
    init(_ path: String, limits: DecodingLimits, notes: Notes) throws(FormatError) {
        let (files, step) = CheckpointFiles.family(of: path)
        let damage: FormatError
        do throws(FormatError) {
            let checkpoint = try Self.read(path, limits)
            training = try Self.training(checkpoint, path)
            self.path = path
            let newest = (try? files.steps())?.last ?? 0
            if step == nil, newest > training.state.stepCount {
                notes.note(
                    "\(TerminalText.escaped(files.path(step: newest))) is further on than "
                        + "\(TerminalText.escaped(path)), which has \(training.state.stepCount) "
                        + "steps.")
            }
            return
        } catch  where error.isDamage {
            damage = error
        }
        notes.warn("\(damage)")
        let older = ((try? files.steps()) ?? []).filter { $0 < step ?? .max }
        for step in older.reversed() {
            let candidate = files.path(step: step)
            do throws(FormatError) {
                training = try Self.training(Self.read(candidate, limits), candidate)
                self.path = candidate
                notes.warn(
                    "resuming from \(TerminalText.escaped(candidate)) instead, which is sound.")
                return
            } catch  where error.isDamage {
                notes.warn("\(error)")
            }
        }
        throw damage
    }

    /// Reads every variable, so that every checksum has been compared.
    private static func read(
        _ path: String, _ limits: DecodingLimits
    ) throws(FormatError) -> Checkpoint {
        do throws(FormatError) {
            let source = try FileSource(path: path)
            let reader = try NativeFormat().open(source, limits: limits)
            return try Checkpoint(
                reading: reader, memoryLimit: limits.expansion(ofFileWith: source.byteCount))
        } catch {
            throw error.about(path)
        }
    }

    private static func training(
        _ checkpoint: Checkpoint, _ path: String
    ) throws(FormatError) -> SavedTraining {
        do throws(FormatError) {
            return try SavedTraining(checkpoint)
        } catch {
            throw error.about(path)
        }
    }
}

extension FormatError {
    /// Whether an older file may serve in place of this one.
    fileprivate var isDamage: Bool {
        switch code {
        case .notThisFormat, .truncated, .corrupt, .checksumMismatch: true
        case .io: operation == .open && systemError == 2
        case .unsupportedVersion, .unsupportedFeature, .limitExceeded, .notRepresentable: false
        }
    }

    /// The same error, about the file at `path` unless it names one.
    fileprivate func about(_ path: String) -> FormatError {
        var copy = self
        copy.path = self.path ?? path
        return copy
    }
}

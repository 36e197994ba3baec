import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import LTFNInspection

/// What a reader makes of one variable, asked in three ways that must agree.
enum Verdict {
    /// Read, and as the file says.
    case sound(TensorData)
    /// Read, but not with the digest that the file says.
    case unsound(TensorData)
    case refused(FormatError)
    /// The ways do not agree; the sentence says how.
    case flawed(String)

    init(_ reader: NativeReader, _ number: Int) {
        let verified: FormatError?
        do throws(FormatError) {
            try reader.verify(number)
            verified = nil
        } catch {
            verified = error
        }
        let whole: FormatError?
        do throws(FormatError) {
            _ = try reader.read(number)
            whole = nil
        } catch {
            whole = error
        }
        do throws(FormatError) {
            // A range, were it of all bytes, is not compared with the digest.
            let info = reader.manifest.variables[number].tensor
            let values = try TensorData(
                info: info, bytes: reader.read(number, bytes: 0..<info.byteCount))
            if let sentence = Self.difference(reader, number, values) {
                self = .flawed(sentence)
            } else if let whole {
                let isTied = reader.manifest.variables[number].tiedTo != nil
                let isAgreed = isTied || verified?.rule == whole.rule
                self =
                    isAgreed && Self.digestRules.contains(whole.rule)
                    ? .unsound(values)
                    : .flawed(
                        "Ranges can be read, the whole says \(whole), verifying "
                            + "\(String(describing: verified))")
            } else if let verified {
                self = .flawed("Values can be read, and verifying them fails: \(verified)")
            } else {
                self = .sound(values)
            }
        } catch {
            let isTied = reader.manifest.variables[number].tiedTo != nil
            guard isTied || verified?.rule == error.rule && verified?.code == error.code else {
                self = .flawed("Reading says \(error), verifying \(String(describing: verified))")
                return
            }
            self = Self.refusal(reader, number, error)
        }
    }

    static let digestRules: Set<String?> = ["LTFN-V13", "LTFN-N7"]

    /// Pieces of odd lengths, put together, are the whole.
    private static func difference(
        _ reader: NativeReader, _ number: Int, _ whole: TensorData
    ) -> String? {
        var length = 1
        var start = 0
        let count = whole.info.byteCount
        while start < count {
            let end = min(start + length, count)
            do throws(FormatError) {
                let piece = try reader.read(number, bytes: start..<end)
                guard piece.copy(of: 0..<end - start) == whole.bytes.copy(of: start..<end) else {
                    return "Bytes \(start)..<\(end) of variable \(number) are read otherwise alone."
                }
            } catch {
                return
                    "Bytes \(start)..<\(end) of variable \(number) cannot be read alone: \(error)"
            }
            start = end
            length = length * 3 + 2
        }
        return nil
    }

    /// What the whole refuses, a piece refuses for the same reason.
    private static func refusal(
        _ reader: NativeReader, _ number: Int, _ whole: FormatError
    ) -> Verdict {
        // The pieces of what is too much may be little enough.
        guard whole.code != .limitExceeded else { return .refused(whole) }
        let count = reader.manifest.variables[number].tensor.byteCount
        let third = (count + 2) / 3
        for start in stride(from: 0, to: count, by: max(third, 1)) {
            do throws(FormatError) {
                _ = try reader.read(number, bytes: start..<min(start + third, count))
            } catch {
                return error.rule == whole.rule && error.code == whole.code
                    ? .refused(whole)
                    : .flawed("A piece is refused with \(error), the whole with \(whole)")
            }
        }
        return count == 0
            ? .refused(whole) : .flawed("The whole is refused, its pieces are not: \(whole)")
    }
}

extension Verdict {
    var isSound: Bool {
        if case .sound = self { true } else { false }
    }

    var values: TensorData? {
        switch self {
        case .sound(let values), .unsound(let values): values
        case .refused, .flawed: nil
        }
    }

    /// How an inspection of the variable, run by run, differs from what reading it as a whole says.
    func difference(to report: VariableReport) -> String? {
        let name = report.info.name
        guard report.info.tiedTo == nil else { return nil }
        switch (report.outcome, self) {
        case (.damaged(let error), .unsound) where Self.digestRules.contains(error.rule):
            return nil
        case (.damaged, .sound), (.damaged, .unsound):
            return "\(name) can be read, and inspecting it fails: \(report.outcome)"
        case (.done, .refused(let error)):
            // A run may be little enough where the whole is too much.
            return error.code == .limitExceeded
                ? nil : "\(name) cannot be read, and is inspected: \(error)"
        case (.done, .sound(let values)), (.done, .unsound(let values)):
            guard let whole = ValueStatistics(values) else { return nil }
            guard let pieces = report.statistics, pieces.isSame(as: whole) else {
                return "\(name) has other statistics run by run than as a whole."
            }
            return nil
        default: return nil
        }
    }
}

extension ValueStatistics {
    /// Whether all that is exact is equal: sums depend on the order of adding, and the bin of a
    /// value that is next to nothing on its axis on when the axis grew.
    fileprivate func isSame(as other: ValueStatistics) -> Bool {
        count == other.count && nanCount == other.nanCount && zeroCount == other.zeroCount
            && positiveInfinityCount == other.positiveInfinityCount
            && negativeInfinityCount == other.negativeInfinityCount
            && minimum == other.minimum && maximum == other.maximum
            && histogram.total == other.histogram.total
            && histogram.exponent == other.histogram.exponent
    }
}

import LTFNBytes
import LTFNCheckpoint

// What several formats lose, in the same words.
extension FormatLoss {
    /// The values, because the format has no such numbers.
    ///
    /// - Parameter format: as its owners call it.
    static func unstorable(_ variable: VariableInfo, in format: String) -> FormatLoss {
        FormatLoss(
            .values, variable: variable.name,
            "\(format) cannot store \(variable.tensor.dtype.rawValue).", remedy: .chooseOthers)
    }

    /// That the values of a tied variable are stored once more.
    static func tie(of variable: VariableInfo, to holder: VariableName) -> FormatLoss {
        FormatLoss(
            .tie, variable: variable.name, "It is stored as a copy of \"\(holder)\".")
    }
}

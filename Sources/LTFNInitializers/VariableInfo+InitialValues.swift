import LTFNBytes
import LTFNCheckpoint

extension VariableInfo {
    /// The format whose rules records follow, wherever they are kept.
    private static let ruleFormat = "ltfn"

    /// What gives the initial values; nil when the record does not say that they can be replayed.
    ///
    /// - Throws: `unsupportedFeature` for sampling rules, a recipe or a dtype that this program
    ///   cannot sample.
    package func replayable() throws(FormatError) -> Initializer? {
        guard let initializer, initializer.isReproducible else { return nil }
        do {
            return try Initializer(initializer, dtype: tensor.dtype)
        } catch {
            throw notSampled(error)
        }
    }

    /// Samples the initial values, and makes sure that they have the digest that is recorded.
    ///
    /// Complexity: O(elements).
    ///
    /// - Returns: whether the record says that they can be replayed.
    /// - Throws: `checksumMismatch`, and as `replayable()`.
    package func verifyInitialValues() throws(FormatError) -> Bool {
        guard let initializer, case .reproducible(_, let expected) = initializer.evidence else {
            return false
        }
        let found: SHA256Digest
        do {
            found = try Initializer.digest(of: initializer, info: tensor)
        } catch {
            throw notSampled(error)
        }
        guard found == expected else {
            throw FormatError(
                .checksumMismatch, format: Self.ruleFormat, rule: "LTFN-N7",
                variable: name.string,
                "The initial values that its initializer gives have the digest \(found), "
                    + "recorded is \(expected).")
        }
        return true
    }

    private func notSampled(_ error: FormatError) -> FormatError {
        FormatError(
            .unsupportedFeature, format: Self.ruleFormat, rule: "LTFN-N6",
            variable: name.string, error.message)
    }
}

import LTFNCheckpoint
import LTFNInitializers

extension InitializerSpec {
    /// Whether the record stays true when the bits that it gives as `dtype` are called `other`.
    ///
    /// A description does: it tells what was done. What can be replayed does when every element has
    /// the same bits in both, as zeros mostly have; then the digest is the same, too.
    func isTrue(of other: DType, as dtype: DType) -> Bool {
        guard isReproducible, other != dtype else { return true }
        guard let before = repeatedElement(in: dtype) else { return false }
        return before == repeatedElement(in: other)
    }

    /// The bytes of an element, when all are the same; nil, too, when they cannot be replayed.
    func repeatedElement(in dtype: DType) -> [UInt8]? {
        guard case .repeated(let pattern)? = try? Initializer(self, dtype: dtype).content else {
            return nil
        }
        return (0..<max(1, dtype.bitCount / 8)).map { pattern[$0 % pattern.count] }
    }
}

extension FormatLoss {
    /// The record of a variable whose bits are called another dtype than before.
    static func initializer(of variable: VariableInfo, as dtype: DType) -> FormatLoss {
        FormatLoss(
            .initializer, variable: variable.name,
            "Replayed as \(dtype.rawValue) it does not give the bits whose digest it has, those of "
                + "\(variable.tensor.dtype.rawValue).")
    }
}

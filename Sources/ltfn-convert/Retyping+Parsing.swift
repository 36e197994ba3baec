import ArgumentParser
import LTFNBytes
import LTFNCheckpoint
import LTFNConversion

extension Retyping {
    /// Reads `bits16=bf16`.
    ///
    /// - Throws: `ValidationError`: what is wrong with it.
    static func parse(_ text: String) throws -> Retyping {
        let words = text.split(separator: "=", omittingEmptySubsequences: false)
        guard words.count == 2 else {
            throw ValidationError("expected FROM=TO, as in bits16=bf16.")
        }
        let (from, to) = (
            try DType.named(String(words[0])), try DType.named(String(words[1]))
        )
        guard from.bitCount == to.bitCount else {
            throw ValidationError(
                "an element of \(from.rawValue) has \(from.bitCount) bits and one of \(to.rawValue) "
                    + "\(to.bitCount), and no bit is changed; expected two dtypes of one width.")
        }
        guard let retyping = Retyping(from: from, to: to) else {
            throw ValidationError(
                "\(from.rawValue) says what its bits mean; expected opaque bits or unsigned integers "
                    + "before the =, such as bits\(from.bitCount).")
        }
        return retyping
    }
}

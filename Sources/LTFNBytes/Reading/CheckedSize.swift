/// Arithmetic on sizes that a file declares: an error where the plain operators would trap.
///
/// `what` names the size in the sentence of the error: "the payload of variable w".
public enum CheckedSize {
    /// `a + b`.
    ///
    /// - Throws: `code` (`corrupt` unless told) when the sum does not fit.
    public static func add<T: FixedWidthInteger>(
        _ a: T, _ b: T, of what: String = "a size", code: FormatError.Code = .corrupt
    ) throws(FormatError) -> T {
        let (sum, overflow) = a.addingReportingOverflow(b)
        if overflow { throw tooLarge(what, code) }
        return sum
    }

    /// `a · b`.
    ///
    /// - Throws: `code` (`corrupt` unless told) when the product does not fit.
    public static func multiply<T: FixedWidthInteger>(
        _ a: T, _ b: T, of what: String = "a size", code: FormatError.Code = .corrupt
    ) throws(FormatError) -> T {
        let (product, overflow) = a.multipliedReportingOverflow(by: b)
        if overflow { throw tooLarge(what, code) }
        return product
    }

    /// The smallest multiple of `alignment` that is not below `value`.
    ///
    /// - Throws: `corrupt` when `alignment` is not positive; `code` (`corrupt` unless told) when
    ///   the result does not fit.
    public static func alignUp<T: FixedWidthInteger>(
        _ value: T, to alignment: T, of what: String = "a size",
        code: FormatError.Code = .corrupt
    ) throws(FormatError) -> T {
        if alignment <= 0 {
            throw FormatError(.corrupt, "The alignment of \(what) is \(alignment).")
        }
        let excess = value % alignment
        if excess == 0 { return value }
        // Below zero the remainder is negative: the next multiple is towards zero.
        if excess < 0 { return value - excess }
        return try add(value, alignment - excess, of: what, code: code)
    }

    /// The product of `dimensions`: 1 when there are none, 0 when one is 0, even beside others
    /// whose product alone would not fit.
    ///
    /// - Throws: `corrupt` when a dimension is negative; `code` (`corrupt` unless told) when the
    ///   product does not fit.
    public static func product<T: FixedWidthInteger>(
        of dimensions: some Sequence<T>, as what: String = "a shape",
        code: FormatError.Code = .corrupt
    ) throws(FormatError) -> T {
        var product: T = 1
        var overflow = false
        var zero = false
        for dimension in dimensions {
            if dimension < 0 {
                throw FormatError(.corrupt, "A dimension of \(what) is \(dimension).")
            }
            zero = zero || dimension == 0
            let (next, wrapped) = product.multipliedReportingOverflow(by: dimension)
            overflow = overflow || wrapped
            product = next
        }
        if zero { return 0 }
        if overflow { throw tooLarge(what, code) }
        return product
    }

    /// `value` as an `Int`.
    ///
    /// - Throws: `code` (`corrupt` unless told) when it does not fit.
    public static func int(
        _ value: some FixedWidthInteger, of what: String = "a size",
        code: FormatError.Code = .corrupt
    ) throws(FormatError) -> Int {
        guard let result = Int(exactly: value) else { throw tooLarge(what, code) }
        return result
    }

    /// `value`, when it is not above `limit`.
    ///
    /// - Throws: `limitExceeded`.
    public static func limited<T: FixedWidthInteger>(
        _ value: T, to limit: T, of what: String
    ) throws(FormatError) -> T {
        if value > limit {
            throw FormatError(
                .limitExceeded,
                "The size of \(what) is \(value), the limit \(limit): raise it to go on.")
        }
        return value
    }

    /// `a` + `b`, or the largest number there is: what files claim in all may be more than 64 bits
    /// hold, and must not look like little.
    public static func total(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max : sum
    }

    private static func tooLarge(_ what: String, _ code: FormatError.Code) -> FormatError {
        FormatError(code, "The size of \(what) is too large for any machine.")
    }
}

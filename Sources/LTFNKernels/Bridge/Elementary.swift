import CKernels

extension Double: ReferenceScalar {
    /// eˣ.
    public static func exponential(_ value: Double) -> Double { ck_exp(value) }

    /// ln x.
    public static func naturalLogarithm(_ value: Double) -> Double { ck_log(value) }
}

extension Float: ReferenceScalar {
    /// eˣ, rounded once from double precision.
    public static func exponential(_ value: Float) -> Float { Float(ck_exp(Double(value))) }

    /// ln x, rounded once from double precision.
    public static func naturalLogarithm(_ value: Float) -> Float { Float(ck_log(Double(value))) }
}

/// The definitions of every operation in plain Swift: slow, simple and the oracle of all fast code.
///
/// Every function is compiled for float32 and float64 by itself: other modules do not see the
/// bodies, and generic code is a hundred times slower.
///
/// Tensors are flat arrays in row-major order: activations NHWC, convolution kernels HWIO, dense
/// kernels `[in, out]`. The caller keeps counts and geometry consistent.
public enum Reference {}

/// A floating-point type that the reference computes with.
public protocol ReferenceScalar: BinaryFloatingPoint, Sendable {
    static func exponential(_ value: Self) -> Self
    static func naturalLogarithm(_ value: Self) -> Self
}

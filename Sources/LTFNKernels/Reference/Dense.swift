extension Reference {
    /// `output[n, o] = bias[o] + Σ input[n, i] · kernel[i, o]`.
    ///
    /// - Parameters:
    ///   - input: `[images, in]`.
    ///   - kernel: `[in, out]`.
    ///   - bias: `[out]`.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    public static func dense<Scalar: ReferenceScalar>(
        _ input: [Scalar], images: Int, kernel: [Scalar], bias: [Scalar]
    ) -> [Scalar] {
        let outputs = bias.count
        let inputs = kernel.count / outputs
        var output: [Scalar] = []
        output.reserveCapacity(images * outputs)
        for n in 0..<images {
            for o in 0..<outputs {
                var sum = bias[o]
                for i in 0..<inputs { sum += input[n * inputs + i] * kernel[i * outputs + o] }
                output.append(sum)
            }
        }
        return output
    }

    /// The gradient to the input of `dense`, `[images, in]`.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    public static func denseInputGradient<Scalar: ReferenceScalar>(
        outputGradient: [Scalar], images: Int, kernel: [Scalar]
    ) -> [Scalar] {
        let outputs = outputGradient.count / images
        let inputs = kernel.count / outputs
        var gradient = [Scalar](repeating: 0, count: images * inputs)
        for n in 0..<images {
            for i in 0..<inputs {
                for o in 0..<outputs {
                    gradient[n * inputs + i] +=
                        outputGradient[n * outputs + o] * kernel[i * outputs + o]
                }
            }
        }
        return gradient
    }

    /// The gradient to the kernel of `dense`, `[in, out]`, summed over the images.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    public static func denseKernelGradient<Scalar: ReferenceScalar>(
        input: [Scalar], outputGradient: [Scalar], images: Int
    ) -> [Scalar] {
        let (inputs, outputs) = (input.count / images, outputGradient.count / images)
        var gradient = [Scalar](repeating: 0, count: inputs * outputs)
        for n in 0..<images {
            for i in 0..<inputs {
                for o in 0..<outputs {
                    gradient[i * outputs + o] +=
                        input[n * inputs + i] * outputGradient[n * outputs + o]
                }
            }
        }
        return gradient
    }

    /// `max(value, 0)`; not-a-number stays what it is.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    public static func relu<Scalar: ReferenceScalar>(_ input: [Scalar]) -> [Scalar] {
        input.map { $0 < 0 ? 0 : $0 }
    }

    /// The gradient to the input of `relu`: passes where the output is positive.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    public static func reluGradient<Scalar: ReferenceScalar>(
        output: [Scalar], outputGradient: [Scalar]
    ) -> [Scalar] {
        zip(output, outputGradient).map { $0 > 0 ? $1 : 0 }
    }
}

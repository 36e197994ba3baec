extension Reference {
    /// `output[n, y, x, o] = bias[o] + Σ input[n, y·s + i − p, x·s + j − p, c] · kernel[i, j, c,
    /// o]`.
    ///
    /// - Parameters:
    ///   - input: `[images, height, width, in]`.
    ///   - kernel: `[height, width, in, out]`.
    ///   - bias: `[out]`.
    /// - Returns: `[images, height, width, out]`.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    public static func convolution<Scalar: ReferenceScalar>(
        _ input: [Scalar], images: Int, kernel: [Scalar], bias: [Scalar],
        _ geometry: ConvolutionGeometry
    ) -> [Scalar] {
        let channels = geometry.output.channels
        var output = [Scalar](repeating: 0, count: images * geometry.output.elementCount)
        for at in output.indices { output[at] = bias[at % channels] }
        forEachTap(geometry, images: images) { inputAt, outputAt, kernelAt in
            for c in 0..<geometry.input.channels {
                for o in 0..<channels {
                    output[outputAt + o] +=
                        input[inputAt + c] * kernel[kernelAt + c * channels + o]
                }
            }
        }
        return output
    }

    /// The gradient to a convolution's input, `[images, height, width, in]`.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    public static func convolutionInputGradient<Scalar: ReferenceScalar>(
        outputGradient: [Scalar], images: Int, kernel: [Scalar], _ geometry: ConvolutionGeometry
    ) -> [Scalar] {
        let channels = geometry.output.channels
        var gradient = [Scalar](repeating: 0, count: images * geometry.input.elementCount)
        forEachTap(geometry, images: images) { inputAt, outputAt, kernelAt in
            for c in 0..<geometry.input.channels {
                for o in 0..<channels {
                    gradient[inputAt + c] +=
                        outputGradient[outputAt + o] * kernel[kernelAt + c * channels + o]
                }
            }
        }
        return gradient
    }

    /// The gradient to a convolution's kernel, `[height, width, in, out]`, summed over the images.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    public static func convolutionKernelGradient<Scalar: ReferenceScalar>(
        input: [Scalar], outputGradient: [Scalar], images: Int, _ geometry: ConvolutionGeometry
    ) -> [Scalar] {
        let channels = geometry.output.channels
        var gradient = [Scalar](repeating: 0, count: geometry.kernelCount)
        forEachTap(geometry, images: images) { inputAt, outputAt, kernelAt in
            for c in 0..<geometry.input.channels {
                for o in 0..<channels {
                    gradient[kernelAt + c * channels + o] +=
                        input[inputAt + c] * outputGradient[outputAt + o]
                }
            }
        }
        return gradient
    }

    /// The gradient to a bias that was added to every row: the sum of the rows of `[rows,
    /// channels]`.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    public static func biasGradient<Scalar: ReferenceScalar>(
        outputGradient: [Scalar], channels: Int
    ) -> [Scalar] {
        var gradient = [Scalar](repeating: 0, count: channels)
        for (at, value) in outputGradient.enumerated() { gradient[at % channels] += value }
        return gradient
    }

    /// Calls `body` with the first element of the input pixel, the output pixel and the kernel's
    /// `[in, out]` matrix for every pair that meets, image by image.
    private static func forEachTap(
        _ geometry: ConvolutionGeometry, images: Int,
        _ body: (_ inputAt: Int, _ outputAt: Int, _ kernelAt: Int) -> Void
    ) {
        let (input, output) = (geometry.input, geometry.output)
        let (vertical, horizontal) = (geometry.vertical, geometry.horizontal)
        for n in 0..<images {
            for y in 0..<output.height {
                for x in 0..<output.width {
                    for i in 0..<vertical.extent {
                        guard let row = vertical.inputPosition(of: y, tap: i) else { continue }
                        for j in 0..<horizontal.extent {
                            guard let column = horizontal.inputPosition(of: x, tap: j) else {
                                continue
                            }
                            body(
                                ((n * input.height + row) * input.width + column) * input.channels,
                                ((n * output.height + y) * output.width + x) * output.channels,
                                (i * horizontal.extent + j) * input.channels * output.channels)
                        }
                    }
                }
            }
        }
    }
}

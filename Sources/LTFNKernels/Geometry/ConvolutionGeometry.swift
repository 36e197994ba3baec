import LTFNBytes

/// The shapes of a 2-D convolution: input and output NHWC, kernel `[height, width, in, out]`
/// (HWIO).
public struct ConvolutionGeometry: Hashable, Sendable {
    public let input: FeatureMap
    public let output: FeatureMap
    /// The kernel along the height.
    public let vertical: Window
    /// The kernel along the width.
    public let horizontal: Window

    /// - Throws: `corrupt` when a number is not positive or a VALID kernel does not fit,
    ///   `limitExceeded` when a tensor would be too large.
    public init(
        input: FeatureMap, kernelHeight: Int, kernelWidth: Int, outputChannels: Int,
        strideHeight: Int = 1, strideWidth: Int = 1, padding: Padding
    ) throws(FormatError) {
        self.input = input
        vertical = try Window(
            input: input.height, extent: kernelHeight, stride: strideHeight, padding: padding)
        horizontal = try Window(
            input: input.width, extent: kernelWidth, stride: strideWidth, padding: padding)
        output = try FeatureMap(
            height: vertical.output, width: horizontal.output, channels: outputChannels)
        _ = try checkedProduct(
            [kernelHeight, kernelWidth, input.channels, outputChannels],
            "kernel \(kernelHeight)×\(kernelWidth)×\(input.channels)×\(outputChannels)")
    }

    /// Inputs that one output sees: kernel height · width · input channels.
    public var patchCount: Int { vertical.extent * horizontal.extent * input.channels }

    /// Elements of the kernel.
    public var kernelCount: Int { patchCount * output.channels }

    /// Multiply-adds of the direct method for one image.
    public var multiplyAddCount: Int { output.height * output.width * kernelCount }

    /// `[height, width, in, out]`.
    public var kernelShape: [Int] {
        [vertical.extent, horizontal.extent, input.channels, output.channels]
    }
}

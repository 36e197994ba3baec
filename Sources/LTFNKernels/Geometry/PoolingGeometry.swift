import LTFNBytes

/// The shapes of a 2-D pooling: input and output NHWC with the same channels.
public struct PoolingGeometry: Hashable, Sendable {
    public let input: FeatureMap
    public let output: FeatureMap
    /// The window along the height.
    public let vertical: Window
    /// The window along the width.
    public let horizontal: Window

    /// - Throws: `corrupt` when a number is not positive, a VALID window does not fit, or a SAME
    ///   window would see nothing but padding; `limitExceeded` when a tensor would be too large.
    public init(
        input: FeatureMap, windowHeight: Int, windowWidth: Int, strideHeight: Int,
        strideWidth: Int, padding: Padding
    ) throws(FormatError) {
        self.input = input
        vertical = try Window(
            input: input.height, extent: windowHeight, stride: strideHeight, padding: padding)
        horizontal = try Window(
            input: input.width, extent: windowWidth, stride: strideWidth, padding: padding)
        output = try FeatureMap(
            height: vertical.output, width: horizontal.output, channels: input.channels)
    }
}

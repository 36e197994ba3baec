import LTFNBytes

/// How a window meets the border of its input, as TensorFlow defines it.
public enum Padding: Hashable, Sendable, CaseIterable {
    /// Zeros around the input so that `output = ⌈input / stride⌉`; an odd zero goes behind.
    case same
    /// The window stays inside: `output = ⌈(input − window + 1) / stride⌉`.
    case valid
}

/// A window that slides along one axis: the arithmetic of SAME and VALID.
public struct Window: Hashable, Sendable {
    /// Positions of the input.
    public let input: Int
    /// Positions that the window covers.
    public let extent: Int
    public let stride: Int
    /// Positions of the output.
    public let output: Int
    /// Zeros before the first input position.
    public let before: Int
    /// Zeros after the last input position.
    public let after: Int

    /// - Throws: `corrupt` when a number is not positive or a VALID window does not fit its input.
    public init(input: Int, extent: Int, stride: Int, padding: Padding) throws(FormatError) {
        guard input > 0, extent > 0, stride > 0, extent <= FeatureMap.maximumElementCount else {
            throw FormatError(
                .corrupt,
                "A window of \(extent) with stride \(stride) over \(input) positions is not possible."
            )
        }
        self.input = input
        self.extent = extent
        self.stride = stride
        switch padding {
        case .same:
            output = (input - 1) / stride + 1
            let covered = (output - 1) * stride + extent
            let zeros = max(0, covered - input)
            before = zeros / 2
            after = zeros - zeros / 2
        case .valid:
            guard extent <= input else {
                throw FormatError(
                    .corrupt,
                    "A window of \(extent) does not fit into \(input) positions without padding.")
            }
            output = (input - extent) / stride + 1
            before = 0
            after = 0
        }
    }

    /// The input position under tap `tap` of the window at output position `position`, or `nil`
    /// where it lies in the padding.
    public func inputPosition(of position: Int, tap: Int) -> Int? {
        let at = position * stride + tap - before
        return at >= 0 && at < input ? at : nil
    }
}

import LTFNBytes

/// What a variable is to the layers that use it, as far as the order of its axes goes.
public enum KernelRole: Hashable, Sendable {
    /// A convolution's kernel: spatial axes, input channels, output channels.
    case convolution(spatialRank: Int)
    /// A dense layer's kernel: inputs and outputs.
    case dense
    /// The kernel of a dense layer whose inputs are a flattened feature map.
    case denseAfterFlatten(height: Int, width: Int, channels: Int)

    /// What becomes of the kernel between two layouts.
    ///
    /// - Parameter shape: of the kernel in `source`'s layout.
    /// - Returns: nil when nothing does.
    /// - Throws: `notRepresentable` when a kernel of that role has another shape.
    public func permutation(
        of shape: TensorShape, from source: KernelLayout, to target: KernelLayout
    ) throws(FormatError) -> AxisPermutation? {
        let before = source.axes(of: self)
        let after = target.axes(of: self)
        let view = try view(of: shape, before, in: source)
        guard source != target else { return nil }
        let axes = after.compactMap { before.firstIndex(of: $0) }
        let permuted = axes.map { view[$0] }
        let dimensions =
            switch self {
            case .convolution, .dense: permuted
            case .denseAfterFlatten: Self.flattened(permuted, after)
            }
        let permutation = AxisPermutation(
            view: view, axes: axes, shape: try TensorShape(dimensions))
        return permutation.isIdentity && permutation.shape == shape ? nil : permutation
    }

    /// The extents of the kernel along `axes`.
    private func view(
        of shape: TensorShape, _ axes: [KernelLayout.Axis], in layout: KernelLayout
    ) throws(FormatError) -> [Int] {
        guard case .denseAfterFlatten(let height, let width, let channels) = self else {
            guard shape.rank == axes.count else {
                throw FormatError(
                    .notRepresentable,
                    "A kernel of this layer has \(axes.count) axes, found \(shape).")
            }
            return shape.dimensions
        }
        let (inputs, outputs) =
            shape.rank == 2
            ? layout.isDenseOutputFirst
                ? (shape.dimensions[1], shape.dimensions[0])
                : (shape.dimensions[0], shape.dimensions[1]) : (-1, 0)
        guard let count = try? TensorShape([height, width, channels]).elementCount,
            count == inputs
        else {
            let wanted = layout.isDenseOutputFirst ? "[out, in]" : "[in, out]"
            throw FormatError(
                .notRepresentable,
                "A flattened feature map of \(height)x\(width)x\(channels) does not fit a dense "
                    + "kernel \(wanted) of shape \(shape).")
        }
        return axes.map { axis in
            switch axis {
            case .spatial(let number): number == 0 ? height : width
            case .input: channels
            case .output: outputs
            }
        }
    }

    /// The two axes of a dense kernel, out of those it is looked at with.
    private static func flattened(_ extents: [Int], _ axes: [KernelLayout.Axis]) -> [Int] {
        let inputs = zip(extents, axes).reduce(1) { $1.1 == .output ? $0 : $0 * $1.0 }
        let outputs = zip(extents, axes).first { $0.1 == .output }?.0 ?? 1
        return axes.first == .output ? [outputs, inputs] : [inputs, outputs]
    }
}

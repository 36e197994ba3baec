import LTFNBytes

/// The order in which a framework keeps the axes of kernels, and the values of a feature map that
/// a dense layer takes.
public enum KernelLayout: String, Hashable, Sendable, CaseIterable {
    /// Convolutions `[H, W, I, O]`, dense layers `[in, out]`, feature maps flattened as
    /// `[H, W, C]`: TensorFlow, Keras, Flax, and the checkpoints of this toolkit.
    case tensorflow
    /// Convolutions `[O, I, H, W]`, dense layers `[out, in]`, feature maps flattened as
    /// `[C, H, W]`: PyTorch, models of ONNX that come from it, Core ML.
    case pytorch
    /// Convolutions `[O, H, W, I]`, dense layers `[out, in]`, feature maps flattened as
    /// `[H, W, C]`: MLX.
    case mlx
    /// Convolutions `[O, I, H, W]`, dense layers `[in, out]`, feature maps flattened as
    /// `[C, H, W]`: models of ONNX whose dense layers are `MatMul`.
    case onnxMatMul = "onnx-matmul"
    /// Convolutions `[O, I, H, W]`, dense layers `[in, out]`, feature maps flattened as
    /// `[H, W, C]`: models of ONNX that come from TensorFlow.
    case onnxMatMulChannelsLast = "onnx-matmul-nhwc"

    /// The key of a checkpoint's metadata that records the layout.
    public static let metadataKey = "ltfn.layout"

    /// What an axis of a kernel goes along.
    enum Axis: Hashable {
        case spatial(Int)
        case input
        case output
    }

    /// The axes of a kernel; those of the feature map, where it takes one that is flattened.
    func axes(of role: KernelRole) -> [Axis] {
        switch role {
        case .convolution(let spatialRank):
            let spatial = (0..<spatialRank).map(Axis.spatial)
            return switch self {
            case .tensorflow: spatial + [.input, .output]
            case .pytorch, .onnxMatMul, .onnxMatMulChannelsLast: [.output, .input] + spatial
            case .mlx: [.output] + spatial + [.input]
            }
        case .dense: return dense(inputs: [.input])
        case .denseAfterFlatten:
            let spatial = [Axis.spatial(0), .spatial(1)]
            return dense(inputs: flattensChannelsFirst ? [.input] + spatial : spatial + [.input])
        }
    }

    private func dense(inputs: [Axis]) -> [Axis] {
        isDenseOutputFirst ? [.output] + inputs : inputs + [.output]
    }

    /// Whether dense kernels are `[out, in]`.
    package var isDenseOutputFirst: Bool { self == .pytorch || self == .mlx }

    /// Whether feature maps are flattened as `[C, H, W]`.
    package var flattensChannelsFirst: Bool { self == .pytorch || self == .onnxMatMul }

    /// `HWIO`, `OIHW`, `OHWI`
    public var convolutionAxes: String {
        axes(of: .convolution(spatialRank: 2)).map { axis in
            switch axis {
            case .spatial(let number): number == 0 ? "H" : "W"
            case .input: "I"
            case .output: "O"
            }
        }.joined()
    }
}

extension Manifest {
    /// The layout that the metadata record; nil: they record none.
    ///
    /// - Throws: `unsupportedFeature` for one that is not known.
    public func recordedKernelLayout() throws(FormatError) -> KernelLayout? {
        try metadata.kernelLayout()
    }
}

extension Metadata {
    /// The layout of kernels that is recorded; nil: none is.
    ///
    /// - Throws: `unsupportedFeature` for one that is not known.
    package func kernelLayout() throws(FormatError) -> KernelLayout? {
        guard let value = self[KernelLayout.metadataKey] else { return nil }
        guard case .string(let text) = value, let layout = KernelLayout(rawValue: text) else {
            let names = KernelLayout.allCases.map(\.rawValue).joined(separator: ", ")
            let found =
                if case .string(let text) = value { "\"\(text.prefix(80))\"" } else { "no text" }
            throw FormatError(
                .unsupportedFeature,
                "The layout in the metadata, \(KernelLayout.metadataKey), is \(found); expected \(names)."
            )
        }
        return layout
    }
}

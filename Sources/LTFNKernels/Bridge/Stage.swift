import CKernels

/// One step of a network as the kernels run it: a layer with the ReLU and the pooling after it,
/// and where its parameters lie.
struct Stage: Sendable {
    enum Operation: Sendable {
        case convolution(ck_window)
        /// A convolution that pays in Winograd's way, and the transposed one for the gradient to
        /// its input.
        case winograd(ck_winograd, transposed: ck_winograd)
        case maxPool(ck_window)
        case relu
        case dense(inputs: Int, outputs: Int)
    }

    /// The layer's index in the network.
    let layer: Int
    let operation: Operation
    /// A ReLU follows at once.
    let relu: Bool
    /// Values of one image before and after the stage.
    let inputCount: Int
    let outputCount: Int
    /// Where the kernel lies among the parameters; the bias lies right after it.
    let kernelOffset: Int
    let kernelCount: Int
    let biasCount: Int

    var biasOffset: Int { kernelOffset + kernelCount }

    /// Values that a fused pooling takes of one image; 0 when there is none.
    var pooledCount: Int {
        guard case .winograd(let winograd, _) = operation, winograd.pool_h > 0 else { return 0 }
        return Int(winograd.out_h) * Int(winograd.out_w) * Int(winograd.out_c)
    }

    /// Floats of the kernel as the forward pass reads it.
    var packedCount: Int {
        switch operation {
        case .convolution(let window): window.patchCount * roundedToPanel(window.outputChannels)
        case .winograd(let winograd, _): winograd.kernelCount
        case .dense(let inputs, let outputs): inputs * roundedToPanel(outputs)
        case .maxPool, .relu: 0
        }
    }

    /// Floats of the kernel as the gradient to the input reads it.
    var transposedCount: Int {
        switch operation {
        case .convolution(let window): window.outputChannels * roundedToPanel(window.patchCount)
        case .winograd(_, let transposed): transposed.kernelCount
        case .dense(let inputs, let outputs): outputs * roundedToPanel(inputs)
        case .maxPool, .relu: 0
        }
    }

    /// Floats in which the gradient to the kernel is summed in a form of its own; 0 when it needs
    /// none.
    var kernelSumCount: Int {
        if case .winograd(let winograd, _) = operation { return winograd.sumCount }
        return 0
    }

    /// Floats of scratch for so many images.
    func scratchCount(images: Int) -> Int {
        switch operation {
        case .convolution(var window): Int(unsafe ck_convolution_scratch(&window))
        case .winograd(let winograd, let transposed):
            max(winograd.scratchCount(images: images), transposed.scratchCount(images: images))
        case .maxPool, .relu, .dense: 0
        }
    }
}

extension ck_window {
    init(_ geometry: ConvolutionGeometry) {
        self.init(
            input: geometry.input, output: geometry.output, vertical: geometry.vertical,
            horizontal: geometry.horizontal)
    }

    init(_ geometry: PoolingGeometry) {
        self.init(
            input: geometry.input, output: geometry.output, vertical: geometry.vertical,
            horizontal: geometry.horizontal)
    }

    /// Every number was checked to fit 32 bits when the geometry was made.
    private init(
        input: FeatureMap, output: FeatureMap, vertical: Window, horizontal: Window
    ) {
        self.init(
            in_h: Int32(input.height), in_w: Int32(input.width), in_c: Int32(input.channels),
            out_h: Int32(output.height), out_w: Int32(output.width), out_c: Int32(output.channels),
            kernel_h: Int32(vertical.extent), kernel_w: Int32(horizontal.extent),
            stride_h: Int32(clamping: vertical.stride),
            stride_w: Int32(clamping: horizontal.stride),
            pad_top: Int32(vertical.before), pad_left: Int32(horizontal.before))
    }

    var outputChannels: Int { Int(out_c) }
    var patchCount: Int { Int(kernel_h) * Int(kernel_w) * Int(in_c) }
}

func roundedToPanel(_ count: Int) -> Int {
    let panel = Int(CK_PANEL)
    return (count + panel - 1) / panel * panel
}

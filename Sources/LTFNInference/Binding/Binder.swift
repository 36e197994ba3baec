import LTFNBytes
import LTFNCheckpoint
import LTFNKernels

/// Follows one image's shape through the layers.
struct Binder {
    /// What one image has become.
    enum Value {
        case image(FeatureMap)
        case vector(Int)
    }

    var value: Value

    /// The layer's geometry, or `nil` when it computes nothing.
    mutating func bind(
        _ operation: Layer.Operation, _ shape: (VariableName) -> TensorShape?
    ) throws(FormatError) -> LayerGeometry? {
        switch operation {
        case .convolution2D(let convolution):
            return try bind(convolution, shape)
        case .relu:
            return .relu
        case .maxPool2D(let window, let strides, let padding):
            let geometry = try PoolingGeometry(
                input: image("A max-pool"), windowHeight: window.height,
                windowWidth: window.width, strideHeight: strides.height,
                strideWidth: strides.width, padding: Padding(padding))
            value = .image(geometry.output)
            return .maxPool(geometry)
        case .flatten:
            if case .image(let map) = value { value = .vector(map.elementCount) }
            return nil
        case .dense(let weights, let bias):
            return try bindDense(weights, bias, shape)
        }
    }

    private mutating func bind(
        _ convolution: Layer.Convolution2D, _ shape: (VariableName) -> TensorShape?
    ) throws(FormatError) -> LayerGeometry {
        let map = try image("A convolution")
        let kernel = try dimensions(of: convolution.weights, rank: 4, "[H, W, I, O]", shape)
        guard kernel[2] == map.channels else {
            throw FormatError(
                .corrupt, variable: convolution.weights.string,
                "The kernel takes \(kernel[2]) channels, but the input has \(map.channels).")
        }
        let geometry = try ConvolutionGeometry(
            input: map, kernelHeight: kernel[0], kernelWidth: kernel[1],
            outputChannels: kernel[3], strideHeight: convolution.strides.height,
            strideWidth: convolution.strides.width, padding: Padding(convolution.padding))
        try checkBias(convolution.bias, kernel[3], shape)
        value = .image(geometry.output)
        return .convolution(geometry)
    }

    private mutating func bindDense(
        _ weights: VariableName, _ bias: VariableName?, _ shape: (VariableName) -> TensorShape?
    ) throws(FormatError) -> LayerGeometry {
        guard case .vector(let count) = value else {
            throw FormatError(
                .corrupt, "A dense layer takes vectors; put a flatten layer before it.")
        }
        let kernel = try dimensions(of: weights, rank: 2, "[in, out]", shape)
        guard kernel[0] == count else {
            throw FormatError(
                .corrupt, variable: weights.string,
                "The kernel takes \(kernel[0]) values, but the input has \(count).")
        }
        guard kernel[1] > 0 else {
            throw FormatError(
                .corrupt, variable: weights.string, "The kernel makes no output; expected some.")
        }
        try checkBias(bias, kernel[1], shape)
        value = .vector(kernel[1])
        return .dense(inputs: kernel[0], outputs: kernel[1])
    }

    private func image(_ what: String) throws(FormatError) -> FeatureMap {
        guard case .image(let map) = value else {
            throw FormatError(
                .corrupt, "\(what) takes images; expected no flatten layer before it.")
        }
        return map
    }

    private func dimensions(
        of name: VariableName, rank: Int, _ wanted: String,
        _ shape: (VariableName) -> TensorShape?
    ) throws(FormatError) -> [Int] {
        guard let shape = shape(name) else {
            throw FormatError(
                .corrupt, variable: name.string, "The layer needs this variable; it is missing.")
        }
        guard shape.rank == rank else {
            throw FormatError(
                .corrupt, variable: name.string,
                "The layer needs a variable of shape \(wanted), found \(shape).")
        }
        return shape.dimensions
    }

    private func checkBias(
        _ name: VariableName?, _ count: Int, _ shape: (VariableName) -> TensorShape?
    ) throws(FormatError) {
        guard let name else { return }
        let found = try dimensions(of: name, rank: 1, "[\(count)]", shape)
        guard found == [count] else {
            throw FormatError(
                .corrupt, variable: name.string,
                "The layer needs a bias of \(count) values, found \(found[0]).")
        }
    }
}

extension Padding {
    package init(_ padding: Layer.Padding) {
        switch padding {
        case .same: self = .same
        case .valid: self = .valid
        }
    }
}

public import LTFNBytes
public import LTFNCheckpoint
import LTFNKernels

extension ModelGraph {
    /// What the variables are to the layers, as far as the order of their axes goes.
    ///
    /// - Parameters:
    ///   - layout: that the variables have.
    ///   - shape: the shape of a variable in that layout; nil when there is none of that name.
    /// - Throws: `corrupt` when the layers and their variables do not fit one another, or a
    ///   variable has two roles.
    public func kernelRoles(
        in layout: KernelLayout, _ shape: (VariableName) -> TensorShape?
    ) throws(FormatError) -> [VariableName: KernelRole] {
        let input = input.shape.dimensions
        guard input.count == 3 else {
            throw FormatError(
                .unsupportedFeature,
                "The network's input has shape \(self.input.shape); expected [height, width, "
                    + "channels].")
        }
        var binder = Binder(
            value: .image(
                try FeatureMap(height: input[0], width: input[1], channels: input[2])))
        var roles: [VariableName: KernelRole] = [:]
        var flattened: FeatureMap?
        for layer in layers {
            var kernel: (name: VariableName, role: KernelRole)?
            switch layer.operation {
            case .convolution2D(let convolution):
                kernel = (convolution.weights, .convolution(spatialRank: 2))
            case .dense(let weights, _):
                let role = flattened.map {
                    KernelRole.denseAfterFlatten(
                        height: $0.height, width: $0.width, channels: $0.channels)
                }
                kernel = (weights, role ?? .dense)
                flattened = nil
            case .flatten:
                if case .image(let map) = binder.value { flattened = map }
            case .relu, .maxPool2D: break
            }
            if let kernel {
                if let other = roles.updateValue(kernel.role, forKey: kernel.name),
                    other != kernel.role
                {
                    throw FormatError(
                        .corrupt, variable: kernel.name.string,
                        "Two layers use it in two ways; expected one.")
                }
            }
            do throws(FormatError) {
                _ = try binder.bind(layer.operation) { name in
                    shape(name).map {
                        Self.native($0, name == kernel?.name ? kernel?.role : nil, layout)
                    }
                }
            } catch {
                var described = error
                described.message = "Layer \"\(layer.name)\": \(error.message)"
                throw described
            }
        }
        return roles
    }

    /// The shape that the variable has in the layout that layers are run in.
    private static func native(
        _ shape: TensorShape, _ role: KernelRole?, _ layout: KernelLayout
    ) -> TensorShape {
        guard let role else { return shape }
        let permuted = try? role.permutation(of: shape, from: layout, to: .tensorflow)
        return permuted?.shape ?? shape
    }
}

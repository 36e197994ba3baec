import LTFNCheckpoint
import LTFNInference

extension ModelGraph {
    /// The layers in a few words, each convolution and dense layer with the ReLU after it:
    /// `28×28×1`, `conv 3×3×64`, `max-pool 2×2`, `dense 10`.
    ///
    /// - Parameter shape: the shape of a variable, where there is one, in the order of axes that
    ///   TensorFlow has.
    func steps(times: String, shape: (VariableName) -> TensorShape?) -> [String] {
        var steps = [input.shape.dimensions.map(String.init).joined(separator: times)]
        for layer in layers {
            switch layer.operation {
            case .convolution2D(let convolution):
                let kernel = shape(convolution.weights)?.dimensions ?? []
                let size = kernel.count == 4 ? [kernel[0], kernel[1], kernel[3]] : kernel
                steps.append("conv " + size.map(String.init).joined(separator: times))
            case .relu: steps[steps.count - 1] += " relu"
            case .maxPool2D(let window, _, _):
                steps.append("max-pool \(window.height)\(times)\(window.width)")
            case .flatten: break
            case .dense(let weights, _):
                steps.append("dense \(shape(weights)?.dimensions.last.map(String.init) ?? "?")")
            }
        }
        return steps
    }

    /// The shapes of variables in the order of axes that TensorFlow has, whatever order `metadata`
    /// record. Where that cannot be told the shapes are as they are.
    func nativeShapes(
        in metadata: Metadata, _ shape: @escaping (VariableName) -> TensorShape?
    ) -> (VariableName) -> TensorShape? {
        guard let layout = try? metadata.kernelLayout(), layout != .tensorflow,
            let roles = try? kernelRoles(in: layout, shape)
        else { return shape }
        return { name in
            shape(name).map { stored in
                let permutation = try? roles[name]?.permutation(
                    of: stored, from: layout, to: .tensorflow)
                return permutation?.shape ?? stored
            }
        }
    }
}

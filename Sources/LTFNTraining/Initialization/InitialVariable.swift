import LTFNBytes
import LTFNCheckpoint
import LTFNInitializers

/// A variable with its first values, and the record from which they can be made again.
public struct InitialVariable: Sendable {
    public let name: VariableName
    public let spec: InitializerSpec
    public let tensor: TensorData
}

extension ModelDescription {
    /// Fills the variables, in the order of their use: variable i draws from stream i of `seed`.
    ///
    /// - Throws: as `Initializer`.
    public func initialVariables(
        recipes: [InitializerRecipe], seed: UInt64
    ) throws(FormatError) -> [InitialVariable] {
        var result: [InitialVariable] = []
        for (stream, (variable, recipe)) in zip(variables, recipes).enumerated() {
            do throws(FormatError) {
                result.append(
                    try Self.fill(variable, recipe, seed: seed, stream: UInt64(stream)))
            } catch {
                var named = error
                named.variable = variable.name.string
                throw named
            }
        }
        return result
    }

    private static func fill(
        _ variable: VariableDescription, _ recipe: InitializerRecipe, seed: UInt64, stream: UInt64
    ) throws(FormatError) -> InitialVariable {
        let (tensor, spec) = try Initializer.fill(
            TensorInfo(dtype: .f32, shape: variable.shape), with: recipe, seed: seed,
            stream: stream)
        return InitialVariable(name: variable.name, spec: spec, tensor: tensor)
    }
}

import LTFNBytes

/// A variable of a checkpoint, without its values.
public struct VariableInfo: Hashable, Sendable {
    public var name: VariableName
    public var tensor: TensorInfo
    /// The recipe that first filled the variable, where it is known.
    public var initializer: InitializerSpec?
    public var metadata: Metadata
    /// For a tied variable: the variable that holds its values.
    public var tiedTo: VariableName?

    public init(
        name: VariableName, tensor: TensorInfo, initializer: InitializerSpec? = nil,
        metadata: Metadata = [:], tiedTo: VariableName? = nil
    ) {
        self.name = name
        self.tensor = tensor
        self.initializer = initializer
        self.metadata = metadata
        self.tiedTo = tiedTo
    }
}

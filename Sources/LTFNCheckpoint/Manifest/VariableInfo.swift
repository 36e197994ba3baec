import LTFNBytes

/// A variable of a checkpoint, without its values.
public struct VariableInfo: Hashable, Sendable {
    public var name: VariableName
    public var tensor: TensorInfo
    /// The recipe that first filled the variable, where it is known.
    public var initializer: InitializerSpec? {
        get {
            if case .value(let spec) = boxedInitializer { spec } else { nil }
        }
        set { boxedInitializer = newValue.map { .value($0) } }
    }
    public var metadata: Metadata
    /// For a tied variable: the variable that holds its values.
    public var tiedTo: VariableName?

    public init(
        name: VariableName, tensor: TensorInfo, initializer: InitializerSpec? = nil,
        metadata: Metadata = [:], tiedTo: VariableName? = nil
    ) {
        self.name = name
        self.tensor = tensor
        boxedInitializer = initializer.map { .value($0) }
        self.metadata = metadata
        self.tiedTo = tiedTo
    }

    /// The key of the metadata under which a copy names the variable whose values it shared in the
    /// file that it comes from.
    public static let tieKey = "ltfn.tie"
    /// The key of the metadata under which stands how the initial values can be made again once the
    /// axes are in their old order.
    public static let initialKey = "ltfn.initial"

    /// Beside the variable: a list of a million variables, few with a recipe, stays small.
    private var boxedInitializer: BoxedInitializer?

    private indirect enum BoxedInitializer: Hashable, Sendable {
        case value(InitializerSpec)
    }
}

import LTFNCheckpoint

/// What a conversion is asked to change on the way. Nothing of it: values and names stay as they
/// are.
///
/// All names and patterns are about the names in the source, or about those of the preset if there
/// is one.
public struct Changes: Hashable, Sendable {
    /// The network that the source is a checkpoint of by another program: its variables get their
    /// names here, and the graph is added.
    public var preset: Preset?
    /// The first rule that fits a name gives the new one.
    public var names: [NameRule] = []
    /// Whether blocks of quantized values become float32, before anything else.
    public var dequantizes = false
    /// The first rule that fits a name says which dtype its values get.
    public var dtypes: [DTypeRule] = []
    /// In which order the output has the axes of kernels.
    public var layout: LayoutRequest?
    /// Metadata of the file as a whole, in place of what it says under the same keys.
    public var metadata: [MetadataRule] = []
    /// Whether values beyond the range of their new dtype become infinite, instead of ending the
    /// conversion.
    public var allowsOverflow = false

    public init() {}

    init(preset: Preset) {
        self.preset = preset
    }

    var withoutPreset: Changes {
        var changes = self
        changes.preset = nil
        return changes
    }

    public var isEmpty: Bool {
        preset == nil && !dequantizes && names.isEmpty && dtypes.isEmpty && layout == nil
            && metadata.isEmpty
    }
}

/// That the values of some variables get another floating-point dtype, rounded to the nearest, ties
/// to even.
public struct DTypeRule: Hashable, Sendable {
    public let dtype: DType
    /// Which variables; nil: all with floating-point values.
    public let pattern: GlobPattern?

    /// The dtypes that values can be given.
    public static let targets: [DType] = [.f16, .bf16, .f32, .f64]

    /// Fails for a dtype that values cannot be given.
    public init?(_ dtype: DType, pattern: GlobPattern? = nil) {
        guard Self.targets.contains(dtype) else { return nil }
        self.dtype = dtype
        self.pattern = pattern
    }
}

/// An entry of a file's metadata.
public struct MetadataRule: Hashable, Sendable {
    public let key: String
    public let value: String

    public init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}

/// In which order the output has the axes of kernels.
public struct LayoutRequest: Hashable, Sendable {
    public var target: KernelLayout
    /// What the source has; nil: as it says itself, or as its format has it.
    public var source: KernelLayout?
    /// Which dense kernels take a flattened feature map, where no graph says it; nil: nobody has
    /// said whether there are any.
    public var flattens: [FlattenRule]?
    /// The variables that are no kernels, where no graph says it.
    public var kept: [GlobPattern] = []

    public init(to target: KernelLayout, from source: KernelLayout? = nil) {
        self.target = target
        self.source = source
    }
}

/// That the inputs of a dense kernel are a flattened feature map: `7x7x128@fc.weight`.
public struct FlattenRule: Hashable, Sendable {
    public var height: Int
    public var width: Int
    public var channels: Int
    public var pattern: GlobPattern

    public init(height: Int, width: Int, channels: Int, pattern: GlobPattern) {
        self.height = height
        self.width = width
        self.channels = channels
        self.pattern = pattern
    }

    var role: KernelRole {
        .denseAfterFlatten(height: height, width: width, channels: channels)
    }
}

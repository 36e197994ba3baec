/// Something that keeps a network from learning, or its file from being what it says.
public struct Verdict: Hashable, Sendable {
    /// What is wrong, as people call it.
    public enum Rule: String, Hashable, Sendable, CaseIterable {
        /// Values grow from layer to layer, so that the logits are far from any sensible scale.
        case exploding
        /// Values shrink from layer to layer, until the logits say the same of every image.
        case vanishing
        /// One layer alone makes its values much larger or smaller.
        case gain
        /// The softmax is sure of one class, whether it is right or not.
        case saturated
        /// No unit of a layer is ever above zero: nothing passes its ReLU.
        case deadLayer = "dead-layer"
        /// Most units of a layer never are above zero.
        case deadUnits = "dead-units"
        /// NaN or infinite values.
        case notFinite = "not-finite"
        /// Units of a layer have the same weights, so they stay the same for ever.
        case duplicates
        /// All values are those that the variables were first filled with.
        case untrained
    }

    public var rule: Rule
    /// The layer that it is about; nil: the network.
    public var layer: String?
    /// What was measured.
    public var number: Double
    /// What it should not reach.
    public var threshold: Double
    /// What it is, in a sentence.
    public var sentence: String
    /// What helps, in a sentence.
    public var advice: String
}

/// Where what is unusual becomes wrong. The guide says where the numbers come from.
public struct VerdictThresholds: Hashable, Sendable {
    /// How many times the standard deviation of the first layer the logits may have.
    public var exploding = 1000.0
    /// The part of the standard deviation of the first layer that the logits have to have.
    public var vanishing = 0.01
    /// How many times the standard deviation of the layer before, or what part of it, a layer may
    /// have.
    public var gain = 8.0
    /// The part of the images that may be taken for one class with a probability above 0.9999.
    public var saturated = 0.99
    /// The part of a layer's units that may be dead.
    public var deadUnits = 0.5
    /// How many units of a layer may have the weights of another one.
    public var duplicates = 0.0

    public init() {}

    /// The threshold of a rule; nil: the rule has none.
    public subscript(rule: Verdict.Rule) -> Double? {
        get {
            switch rule {
            case .exploding: exploding
            case .vanishing: vanishing
            case .gain: gain
            case .saturated: saturated
            case .deadUnits: deadUnits
            case .duplicates: duplicates
            case .deadLayer, .notFinite, .untrained: nil
            }
        }
        set {
            guard let newValue else { return }
            switch rule {
            case .exploding: exploding = newValue
            case .vanishing: vanishing = newValue
            case .gain: gain = newValue
            case .saturated: saturated = newValue
            case .deadUnits: deadUnits = newValue
            case .duplicates: duplicates = newValue
            case .deadLayer, .notFinite, .untrained: break
            }
        }
    }
}

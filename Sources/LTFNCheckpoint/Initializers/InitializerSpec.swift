import LTFNBytes

/// The recipe that first filled a variable.
public struct InitializerSpec: Hashable, Sendable {
    public var recipe: InitializerRecipe
    /// The key of the generator.
    public var seed: UInt64
    /// Which of the seed's independent sequences: each variable of a model has its own.
    public var stream: UInt64
    /// The fans that a recipe scaled by fans was computed with.
    public var fans: Fans?
    public var evidence: Evidence

    /// How much is known.
    public enum Evidence: Hashable, Sendable {
        /// Sampling the recipe with this version of the sampling rules gives the initial values,
        /// bit for bit; `digest` is that of their bytes.
        case reproducible(algorithmVersion: UInt32, digest: SHA256Digest)
        /// The recipe tells what was done, and cannot be replayed.
        case descriptive
    }

    public init(
        recipe: InitializerRecipe, seed: UInt64 = 0, stream: UInt64 = 0, fans: Fans? = nil,
        evidence: Evidence = .descriptive
    ) {
        self.recipe = recipe
        self.seed = seed
        self.stream = stream
        self.fans = fans
        self.evidence = evidence
    }

    public var isReproducible: Bool {
        if case .reproducible = evidence { true } else { false }
    }
}

/// How many inputs feed a unit, and how many units an input feeds.
public struct Fans: Hashable, Sendable {
    public var fanIn: UInt64
    public var fanOut: UInt64

    public init(fanIn: UInt64, fanOut: UInt64) {
        self.fanIn = fanIn
        self.fanOut = fanOut
    }
}

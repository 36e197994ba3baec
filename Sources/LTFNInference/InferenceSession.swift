public import LTFNBytes
public import LTFNCheckpoint
public import LTFNKernels
public import LTFNParallel

/// A network with its variables, ready to run images. Safe to use from several threads at once.
///
/// Results do not depend on the number of threads. An image's logits may depend in the last bits on
/// its place in the batch.
public final class InferenceSession: Sendable {
    public let network: BoundNetwork
    private let parameters: [LayerParameters]
    private let maximumBatch: Int
    private let engine: ForwardEngine
    private let parallelism: Parallelism
    /// The bytes that images may take on their way.
    private let memoryLimit: Int

    /// - Parameters:
    ///   - parameters: at least the variables that the graph names, float32.
    ///   - maximumBatch: images that are given at a time, at most, as a hint: more are run in turn,
    ///     fewer save working memory.
    /// - Throws: `corrupt` when a variable is missing or its shape does not fit the graph,
    ///   `unsupportedFeature` when it is not float32, `limitExceeded` when the network needs more
    ///   memory, or one image more work, than `limits` allow, before anything is allocated.
    public init(
        graph: ModelGraph, parameters: [VariableName: TensorData], maximumBatch: Int,
        parallelism: Parallelism, limits: RunningLimits = .none
    ) throws(FormatError) {
        network = try BoundNetwork(graph: graph) { parameters[$0]?.info.shape }
        memoryLimit = try network.checkMemory(limit: limits.memory)
        try network.checkOperations(limit: limits.operationCount)
        self.parameters = try network.layerParameters(parameters)
        self.maximumBatch = maximumBatch
        self.parallelism = parallelism
        engine = try ForwardEngine(
            network.geometry, parameters: self.parameters, maximumBatch: maximumBatch,
            parallelism: parallelism,
            memoryLimit: memoryLimit)
    }

    /// Logits of one image.
    public var classCount: Int { network.geometry.classCount }

    /// The logits of images that are already scaled.
    ///
    /// - Parameter images: `[N, H, W, C] float32`, any N.
    /// - Returns: `[N, classes] float32`.
    /// - Throws: `corrupt` when the values are not whole images.
    public func logits(images: [Float]) throws(FormatError) -> [Float] {
        try engine.logits(.floats(images))
    }

    /// The logits of raw bytes, scaled as the graph says.
    ///
    /// - Parameter pixels: `[N, H, W, C] uint8`, any N.
    /// - Returns: `[N, classes] float32`.
    /// - Throws: `corrupt` when the values are not whole images.
    public func logits(pixels: [UInt8]) throws(FormatError) -> [Float] {
        try engine.logits(network.graph.batch(of: pixels))
    }

    /// Runs images that are already scaled, `[N, H, W, C] float32`; see `observe(pixels:_:)`.
    public func observe(
        images: [Float], _ body: (_ layer: Layer, _ values: [Float]) -> Void
    ) throws(FormatError) {
        try observe(.floats(images), body)
    }

    /// Runs raw bytes, `[N, H, W, C] uint8`, and calls `body` on the calling thread with what each
    /// layer made of them, block by block, before any ReLU that follows: `[images, …] float32`.
    /// Slower than `logits`.
    ///
    /// - Throws: `corrupt` when the values are not whole images, `limitExceeded` when one image
    ///   needs too much working memory.
    public func observe(
        pixels: [UInt8], _ body: (_ layer: Layer, _ values: [Float]) -> Void
    ) throws(FormatError) {
        try observe(network.graph.batch(of: pixels), body)
    }

    /// Runs raw bytes, `[N, H, W, C] uint8`, lets `look` see on any thread what each layer made of
    /// a block of them, before any ReLU that follows, and calls `body` with what was collected of
    /// each block, in order and on the calling thread.
    ///
    /// - Parameters:
    ///   - limit: how many collections there may be at the same time, at most.
    ///   - make: an empty collection, for one block.
    ///   - look: the collection of the block, the layer, and `[images, …] float32`.
    /// - Throws: as `observe(pixels:_:)`.
    public func observe<Collection: Sendable>(
        pixels: [UInt8], limit: Int, make: @escaping @Sendable () -> Collection,
        look: @escaping @Sendable (inout Collection, Layer, Span<Float>) -> Void,
        body: (Collection) -> Void
    ) throws(FormatError) {
        let network = network
        try observer().observe(
            network.graph.batch(of: pixels), limit: limit, make: make,
            look: { look(&$0, network.layer($1), $2) }, body: body)
    }

    private func observe(
        _ images: ImageBatch, _ body: (_ layer: Layer, _ values: [Float]) -> Void
    ) throws(FormatError) {
        try observer().observe(images) { body(network.layer($0), $1) }
    }

    private func observer() throws(FormatError) -> ForwardEngine {
        try ForwardEngine(
            network.geometry, parameters: parameters, maximumBatch: maximumBatch,
            keepsLayers: true, parallelism: parallelism, memoryLimit: memoryLimit)
    }
}

extension ModelGraph {
    /// Raw bytes as the first layer takes them: `byte · scale + offset`.
    public func batch(of pixels: [UInt8]) -> ImageBatch {
        .bytes(pixels, scale: Float(input.scale), offset: Float(input.offset))
    }
}

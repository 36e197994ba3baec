import LTFNBytes
import LTFNInference
import LTFNKernels
import LTFNParallel

/// A stored network that tells which class an image is of.
///
/// Safe to use from several threads at once. Results do not depend on the number of threads.
public struct Classifier: Sendable {
    private let session: InferenceSession

    /// Reads the variables that the network of `file` needs.
    ///
    /// - Parameters:
    ///   - file: an open file that holds a network.
    ///   - batchSize: how many images are given at a time, as a hint.
    ///   - threadCount: nil: one for each core that may be used.
    /// - Throws: `unsupportedFeature` when the file holds no network; as `InferenceSession`; what
    ///   reading the variables throws.
    public init(
        _ file: ModelFile, batchSize: Int = 1, threadCount: Int? = nil
    ) throws(FormatError) {
        session = try FormatError.about(file.path) { () throws(FormatError) in
            let graph = try Self.expect(file.graph)
            return try InferenceSession(
                graph: graph,
                parameters: graph.parameters(in: file.reader, budget: file.budget),
                maximumBatch: batchSize, parallelism: Self.parallelism(threadCount),
                limits: RunningLimits(
                    file.limits, fileByteCount: file.byteCount, reader: file.reader))
        }
    }

    /// Takes a network and its variables out of memory.
    ///
    /// - Parameters:
    ///   - checkpoint: variables and the network that they belong to.
    ///   - batchSize: how many images are given at a time, as a hint.
    ///   - threadCount: nil: one for each core that may be used.
    /// - Throws: as for a file.
    public init(
        _ checkpoint: Checkpoint, batchSize: Int = 1, threadCount: Int? = nil
    ) throws(FormatError) {
        var parameters: [VariableName: TensorData] = [:]
        for (variable, tensor) in zip(checkpoint.manifest.variables, checkpoint.tensors) {
            parameters[variable.name] = tensor
        }
        session = try InferenceSession(
            graph: Self.expect(checkpoint.graph), parameters: parameters,
            maximumBatch: batchSize, parallelism: Self.parallelism(threadCount))
    }

    private static func parallelism(_ threadCount: Int?) -> Parallelism {
        threadCount.map { Parallelism(threadCount: $0) } ?? Parallelism()
    }

    private static func expect(_ graph: ModelGraph?) throws(FormatError) -> ModelGraph {
        guard let graph else {
            throw FormatError(
                .unsupportedFeature,
                "The file holds variables but no network, so it cannot be run. Files that "
                    + "ltfn-train wrote hold one.")
        }
        return graph
    }

    /// The network.
    public var graph: ModelGraph { session.network.graph }

    /// The shape of one image: `[H, W, C]`.
    public var inputShape: [Int] { graph.input.shape.dimensions }

    /// How many classes the network tells apart.
    public var classCount: Int { session.classCount }

    /// The class of one image.
    ///
    /// - Parameter pixels: `[H, W, C] uint8`; they are scaled as the network says.
    /// - Throws: `corrupt` when these are not the pixels of one image, and when the weights give
    ///   logits that are not finite.
    public func classify(_ pixels: [UInt8]) throws(FormatError) -> Classification {
        try Self.one(try classify(images: pixels))
    }

    /// The class of one image whose values are already scaled, `[H, W, C] float32`.
    ///
    /// - Throws: as for pixels.
    public func classify(_ values: [Float]) throws(FormatError) -> Classification {
        try Self.one(try classify(images: values))
    }

    /// The classes of images, `[N, H, W, C] uint8`.
    ///
    /// - Throws: as for one image.
    public func classify(images pixels: [UInt8]) throws(FormatError) -> [Classification] {
        try classifications(session.logits(pixels: pixels))
    }

    /// The classes of images whose values are already scaled, `[N, H, W, C] float32`.
    ///
    /// - Throws: as for one image.
    public func classify(images values: [Float]) throws(FormatError) -> [Classification] {
        try classifications(session.logits(images: values))
    }

    private func classifications(_ logits: [Float]) throws(FormatError) -> [Classification] {
        var result: [Classification] = []
        for start in stride(from: 0, to: logits.count, by: classCount) {
            guard let one = Classification(logits: Array(logits[start..<start + classCount]))
            else {
                throw FormatError(
                    .corrupt,
                    "The logits of image \(start / classCount) are not finite: the weights are of no "
                        + "use, as after a training that diverged.")
            }
            result.append(one)
        }
        return result
    }

    private static func one(_ all: [Classification]) throws(FormatError) -> Classification {
        guard all.count == 1 else {
            throw FormatError(
                .corrupt,
                "These are the values of \(all.count) images; expected one. "
                    + "classify(images:) takes several.")
        }
        return all[0]
    }
}

/// What a network says about an image.
public struct Classification: Hashable, Sendable {
    /// The class with the largest logit, the first of equals.
    public let label: Int
    /// What the network computed for each class, before softmax.
    public let logits: [Float]

    /// - Returns: nil when not all logits are finite.
    init?(logits: [Float]) {
        guard let label = predictedClass(of: logits.span) else { return nil }
        self.label = label
        self.logits = logits
    }

    /// Softmax of the logits: what the network thinks how likely each class is.
    public var probabilities: [Double] {
        let largest = Double(logits[label])
        let powers = logits.map { Double.exponential(Double($0) - largest) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }

    /// What the network thinks how likely `label` is, from 0 to 1.
    public var probability: Double { probabilities[label] }
}

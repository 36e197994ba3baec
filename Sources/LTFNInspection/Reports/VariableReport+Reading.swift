import LTFNBytes
import LTFNCheckpoint
import LTFNInitializers

extension VariableReport {
    /// Looks at `reader.manifest.variables[index]`.
    ///
    /// - Throws: what the reader throws.
    init(
        of reader: any CheckpointReader, _ index: Int, depth: CheckpointReport.Depth
    ) throws(FormatError) {
        let info = reader.manifest.variables[index]
        self.init(
            info: info, storage: reader.storage(index),
            expected: info.initializer.flatMap(Expectation.init))
        guard depth.statistics || depth.drift, info.tiedTo == nil else { return }
        let tensor = try reader.read(index)
        if depth.statistics { statistics = ValueStatistics(tensor) }
        if depth.drift { drift = info.initializer.flatMap { Drift(of: tensor, since: $0) } }
    }
}

extension VariableReport.Expectation {
    init?(_ initializer: InitializerSpec) {
        guard let moments = ExpectedMoments(initializer) else { return nil }
        self.init(mean: moments.mean, standardDeviation: moments.standardDeviation)
    }
}

extension VariableReport.Drift {
    /// - Returns: nil when the initial values cannot be replayed, or are not float32.
    init?(of tensor: TensorData, since specification: InitializerSpec) {
        guard tensor.info.dtype == .f32, specification.isReproducible,
            let initializer = try? Initializer(specification, dtype: tensor.info.dtype)
        else { return nil }
        var distance = 0.0
        var norm = 0.0
        let count = tensor.info.shape.elementCount
        let values = tensor.bytes.floats
        // Piece by piece, so that the initial values take no second tensor's memory.
        let piece = 65_536
        for start in stride(from: 0, to: count, by: piece) {
            let range = start..<min(start + piece, count)
            guard let bytes = try? initializer.sample(range) else { return nil }
            let sums = squaredSums(values.extracting(range), bytes.floats)
            distance += sums.difference
            norm += sums.second
        }
        self.init(distance: distance.squareRoot(), initialNorm: norm.squareRoot())
    }
}

/// Σ (a - b)² and Σ b², in double precision.
private func squaredSums(
    _ first: Span<Float>, _ second: Span<Float>
) -> (difference: Double, second: Double) {
    var difference = 0.0
    var squares = 0.0
    for index in 0..<min(first.count, second.count) {
        let value = Double(second[index])
        let step = Double(first[index]) - value
        difference += step * step
        squares += value * value
    }
    return (difference, squares)
}

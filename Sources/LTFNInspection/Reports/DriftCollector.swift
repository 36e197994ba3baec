import LTFNBytes
import LTFNCheckpoint
import LTFNInitializers

/// Measures how far values, which come in pieces from front to back, are from their initial ones.
struct DriftCollector {
    private let initializer: Initializer
    /// The next element.
    private var position = 0
    private var distance = 0.0
    private var norm = 0.0

    /// Elements that are sampled at a time, so that the initial values take no second tensor's memory.
    private static let pieceCount = 65_536

    /// - Returns: nil when the initial values cannot be replayed, or are not float32.
    init?(_ info: VariableInfo) {
        guard info.tensor.dtype == .f32, let specification = info.initializer,
            specification.isReproducible,
            let initializer = try? Initializer(specification, dtype: info.tensor.dtype)
        else { return nil }
        self.initializer = initializer
    }

    /// Whether the initial values differ from one another.
    var isSampled: Bool {
        if case .sampled = initializer.content { true } else { false }
    }

    /// How far it is in all.
    var drift: VariableReport.Drift {
        VariableReport.Drift(distance: distance.squareRoot(), initialNorm: norm.squareRoot())
    }

    /// Adds `values`, float32.
    mutating func add(_ values: AlignedBytes) {
        let count = values.floats.count
        for start in stride(from: 0, to: count, by: Self.pieceCount) {
            let range = start..<min(start + Self.pieceCount, count)
            add(values.floats.extracting(range))
        }
    }

    /// Adds `byteCount` bytes that are the float32 `unit` again and again.
    mutating func add(repeating unit: [UInt8], byteCount: Int) {
        let count = byteCount / 4
        guard unit.count == 4 else { return }
        let piece = AlignedBytes(copying: unit.rawSpan)
        guard isSampled else {
            // One pair stands for all.
            let before = (distance, norm)
            add(piece.floats)
            distance = before.0 + (distance - before.0) * Double(count)
            norm = before.1 + (norm - before.1) * Double(count)
            position += count - 1
            return
        }
        let value = piece.floats[0]
        let values = [Float](repeating: value, count: min(count, Self.pieceCount))
        for start in stride(from: 0, to: count, by: Self.pieceCount) {
            add(values.span.extracting(first: min(Self.pieceCount, count - start)))
        }
    }

    private mutating func add(_ values: Span<Float>) {
        // Float32 elements within a tensor can always be sampled.
        guard let initial = try? initializer.sample(position..<position + values.count) else {
            return
        }
        let sums = squaredSums(values, initial.floats)
        distance += sums.difference
        norm += sums.second
        position += values.count
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

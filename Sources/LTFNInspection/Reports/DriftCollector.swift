import LTFNBytes
import LTFNCheckpoint
import LTFNInitializers

/// Measures how far values, which come in pieces from front to back, are from their initial ones.
struct DriftCollector {
    private let initializer: Initializer
    private let decoder: ElementDecoder
    /// The next element.
    private var position = 0
    private var distance = SquaredSum()
    private var norm = SquaredSum()

    /// - Returns: nil when the initial values cannot be replayed, or are not real numbers that a
    ///   float64 holds.
    init?(_ info: VariableInfo) {
        let dtype = info.tensor.dtype
        guard dtype != .i64, dtype != .u64, let decoder = ElementDecoder(dtype),
            let specification = info.initializer, specification.isReproducible,
            let initializer = try? Initializer(specification, dtype: dtype)
        else { return nil }
        self.initializer = initializer
        self.decoder = decoder
    }

    /// Whether the initial values differ from one another.
    var isSampled: Bool {
        if case .sampled = initializer.content { true } else { false }
    }

    /// How far it is in all.
    var drift: VariableReport.Drift {
        VariableReport.Drift(distance: distance.root, initialNorm: norm.root)
    }

    /// Adds the first `count` elements of `values`, which holds as many.
    mutating func add(_ values: AlignedBytes, count: Int) {
        for start in stride(from: 0, to: count, by: ValueBlock.capacity) {
            var block = ValueBlock()
            decoder.load(start..<min(start + ValueBlock.capacity, count), of: values, into: &block)
            add(block)
        }
    }

    /// Adds `count` times the element that has the bytes of `unit`.
    mutating func add(repeating unit: [UInt8], count: Int) {
        guard count > 0 else { return }
        let element = AlignedBytes(copying: unit.rawSpan)
        var block = ValueBlock()
        decoder.load(0..<1, of: element, into: &block)
        let value = block[0]
        // One pair stands for all.
        guard isSampled else { return add(block, times: count) }
        for start in stride(from: 0, to: count, by: ValueBlock.capacity) {
            var block = ValueBlock()
            block.append(min(ValueBlock.capacity, count - start)) { _ in value }
            add(block)
        }
    }

    private mutating func add(_ values: ValueBlock, times: Int = 1) {
        // Elements within a tensor can always be sampled.
        guard let sample = try? initializer.sample(position..<position + values.count) else {
            return
        }
        var initial = ValueBlock()
        decoder.load(0..<values.count, of: sample, into: &initial)
        var moved = values
        moved.subtract(initial)
        distance.add(moved, times: times)
        norm.add(initial, times: times)
        position += values.count * times
    }
}

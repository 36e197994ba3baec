import LTFNBytes
import LTFNCheckpoint

extension ValueStatistics {
    /// The statistics of the elements of `tensor`, taken in one pass.
    ///
    /// - Parameter detailed: whether `details` are taken, too.
    /// - Returns: nil for dtypes whose elements are not numbers. Complex numbers are counted, those
    ///   that are zero or not finite apart; they have no mean and no order.
    public init?(_ tensor: TensorData, detailed: Bool = false) {
        guard var collector = ElementCollector(tensor.info.dtype, detailed: detailed) else {
            return nil
        }
        collector.add(tensor.bytes, count: tensor.info.shape.elementCount)
        self = collector.statistics
    }
}

/// Gathers statistics of elements of one dtype, which come in pieces.
struct ElementCollector {
    private let dtype: DType
    private let decoder: ElementDecoder?
    /// What `decoder` reads.
    private var accumulator: StatisticsAccumulator
    /// Integers of 64 bits, of which a float64 may not hold all.
    private var wide: WideIntegerCollector?
    private var complex: ComplexCollector?

    /// - Returns: nil for dtypes whose elements are not numbers.
    init?(_ dtype: DType, detailed: Bool = false) {
        self.dtype = dtype
        let details = detailed ? DetailCollector(dtype) : nil
        accumulator = StatisticsAccumulator(details: details)
        switch dtype {
        case .i64, .u64: wide = WideIntegerCollector(isSigned: dtype == .i64, details: details)
        case .c64, .c128: complex = ComplexCollector(isDouble: dtype == .c128)
        default: break
        }
        decoder = wide == nil && complex == nil ? ElementDecoder(dtype) : nil
        guard decoder != nil || wide != nil || complex != nil else { return nil }
    }

    /// Adds the first `count` elements of `values`, which holds as many.
    mutating func add(_ values: AlignedBytes, count: Int) {
        wide?.add(values, count: count)
        complex?.add(values, count: count)
        guard let decoder else { return }
        accumulator.add(count: count) { decoder.load($0, of: values, into: &$1) }
    }

    /// Adds `count` times the element that has the bytes of `unit`.
    mutating func add(repeating unit: [UInt8], count: Int) {
        let element = AlignedBytes(copying: unit.rawSpan)
        wide?.add(repeating: element, count: count)
        complex?.add(element, count: 1, times: count)
        guard let decoder else { return }
        var block = ValueBlock()
        decoder.load(0..<1, of: element, into: &block)
        accumulator.add(repeating: block[0], count: count)
    }

    /// The statistics of all elements so far.
    var statistics: ValueStatistics {
        if let wide { return wide.statistics }
        if let complex { return complex.statistics }
        var statistics = accumulator.statistics
        statistics.integerRange = dtype.isInteger ? statistics.wholeRange : nil
        return statistics
    }
}

extension DType {
    fileprivate var isInteger: Bool {
        switch self {
        case .i2, .i4, .i8, .i16, .i32, .i64, .u2, .u4, .u8, .u16, .u32, .u64: true
        default: false
        }
    }
}

extension ValueStatistics {
    /// The range as integers, where both ends are.
    fileprivate var wholeRange: IntegerRange? {
        guard let low = minimum.flatMap(Int128.init(exactly:)),
            let high = maximum.flatMap(Int128.init(exactly:))
        else { return nil }
        return IntegerRange(minimum: low, maximum: high)
    }
}

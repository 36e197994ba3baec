import LTFNBytes
import LTFNCheckpoint

/// What a table says of variables.
public enum VariableColumn: String, Hashable, Sendable, CaseIterable {
    case name, dtype, shape
    /// How many values there are.
    case values
    /// The bytes of the values, and what they take in the file.
    case bytes, stored
    /// The part of all values.
    case share
    case initializer, seed
    /// How far a variable has moved, by the norm of its initial values.
    case moved
    case mean, std, min, max, zeros, nan, infinite
    case minAt = "min_at"
    case maxAt = "max_at"
    case norm
    /// Σ |x| / n
    case magnitude
    case skew, kurtosis, subnormal
    case p01 = "p0.1"
    case p1, p5, median, p95, p99
    case p999 = "p99.9"

    /// Those that come out of the index.
    public static let ofIndex: [VariableColumn] = [
        .name, .dtype, .shape, .values, .bytes, .stored, .initializer,
    ]
    /// Those that need a look at the values.
    public static let ofStatistics: [VariableColumn] = [
        .mean, .std, .min, .max, .zeros, .nan, .infinite,
    ]
    /// Those that need `ValueDetails`.
    public static let ofDetails: [VariableColumn] = [
        .minAt, .maxAt, .norm, .magnitude, .skew, .kurtosis, .subnormal, .p01, .p1, .p5, .median,
        .p95, .p99, .p999,
    ]

    /// Whether values have to be read for it.
    public var needsValues: Bool {
        self == .moved || Self.ofStatistics.contains(self) || needsDetails
    }

    /// Whether `ValueDetails` have to be taken for it.
    public var needsDetails: Bool { Self.ofDetails.contains(self) }

    /// Whether cells are text, which has no size.
    var isText: Bool {
        switch self {
        case .name, .dtype, .shape, .initializer, .minAt, .maxAt: true
        default: false
        }
    }

    /// What it is called above the column.
    var title: String {
        switch self {
        case .name: "variable"
        case .minAt: "min at"
        case .maxAt: "max at"
        case .magnitude: "mean |w|"
        case .p01, .p1, .p5, .p95, .p99, .p999: rawValue.dropFirst() + " %"
        default: rawValue
        }
    }

    /// - Parameter totals: of all variables.
    func cell(_ variable: VariableReport, _ totals: CheckpointTotals) -> TableCell {
        let info = variable.info
        switch self {
        case .name: return .text(info.name.string)
        case .dtype: return .text(info.elementType)
        case .shape: return .text("\(info.elementShape)")
        case .values: return .integer(Int128(info.elementShape.elementCount))
        case .bytes: return info.tiedTo == nil ? .integer(Int128(info.tensor.byteCount)) : .none
        case .stored:
            return info.tiedTo == nil ? .integer(Int128(variable.storage.storedByteCount)) : .none
        case .share:
            guard info.tiedTo == nil, totals.valueCount > 0 else { return .none }
            return .share(Double(info.elementShape.elementCount) / Double(totals.valueCount))
        case .initializer:
            if let target = info.tiedTo { return .text("= " + target.string) }
            return info.initializer.map { .text($0.recipe.name) } ?? .none
        case .seed:
            guard let initializer = info.initializer, initializer.isReproducible else {
                return .none
            }
            return .integer(Int128(initializer.seed))
        case .moved: return variable.drift?.relative.map { .share($0) } ?? .none
        default: return statistic(variable)
        }
    }

    private func statistic(_ variable: VariableReport) -> TableCell {
        guard let statistics = variable.statistics else { return .none }
        let number = { (value: Double?) -> TableCell in value.map { .number($0) } ?? .none }
        switch self {
        case .mean: return number(statistics.mean)
        case .std: return number(statistics.standardDeviation)
        case .min:
            return statistics.integerRange.map { .integer($0.minimum) }
                ?? number(statistics.minimum)
        case .max:
            return statistics.integerRange.map { .integer($0.maximum) }
                ?? number(statistics.maximum)
        case .zeros: return .integer(Int128(statistics.zeroCount))
        case .nan: return .integer(Int128(statistics.nanCount))
        case .infinite:
            return .integer(Int128(statistics.nonFiniteCount - statistics.nanCount))
        default: break
        }
        guard let details = statistics.details else { return .none }
        let shape = variable.info.elementShape
        let place = { (position: Int?) -> TableCell in
            position.map { .text(shape.place($0)) } ?? .none
        }
        switch self {
        case .minAt: return place(details.minimumPosition)
        case .maxAt: return place(details.maximumPosition)
        case .norm: return number(details.l2Norm)
        case .magnitude: return number(details.meanMagnitude)
        case .skew: return number(details.skewness)
        case .kurtosis: return number(details.excessKurtosis)
        case .subnormal: return .integer(Int128(details.subnormalCount))
        default: break
        }
        let percentiles: [VariableColumn] = [.p01, .p1, .p5, .median, .p95, .p99, .p999]
        guard let place = percentiles.firstIndex(of: self), place < details.quantiles.count else {
            return .none
        }
        return .number(details.quantiles[place])
    }
}

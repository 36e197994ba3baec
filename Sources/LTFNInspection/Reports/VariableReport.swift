import LTFNBytes
import LTFNCheckpoint

/// What is to be said about one variable.
public struct VariableReport: Hashable, Sendable {
    public var info: VariableInfo
    public var storage: StorageInfo
    /// What the initializer makes one expect of fresh values; nil where it does not say.
    public var expected: Expectation?
    /// nil: not asked for, or the elements are not real numbers.
    public var statistics: ValueStatistics?
    /// nil: not asked for, or the initial values are not known.
    public var drift: Drift?
    /// How far the look at the values came.
    public var outcome = Outcome.done

    /// How a look at values may end.
    public enum Outcome: Hashable, Sendable {
        /// All that was asked for is there.
        case done
        /// The values were not made: they would be more than a file of this length may ask for.
        case listed
        /// The system did not let them be read, which says nothing of the file.
        case unread(FormatError)
        case damaged(FormatError)
    }

    /// Mean and standard deviation of an initializer's distribution.
    public struct Expectation: Hashable, Sendable {
        public var mean: Double
        public var standardDeviation: Double

        public init(mean: Double, standardDeviation: Double) {
            self.mean = mean
            self.standardDeviation = standardDeviation
        }
    }

    /// How far a variable has moved from its initial values.
    public struct Drift: Hashable, Sendable {
        /// ‖now - initial‖₂
        public var distance: Double
        /// ‖initial‖₂
        public var initialNorm: Double

        public init(distance: Double, initialNorm: Double) {
            self.distance = distance
            self.initialNorm = initialNorm
        }

        /// ‖now - initial‖₂ / ‖initial‖₂; nil when the initial values are all zero.
        public var relative: Double? { initialNorm > 0 ? distance / initialNorm : nil }
    }

    public init(
        info: VariableInfo, storage: StorageInfo, expected: Expectation? = nil,
        statistics: ValueStatistics? = nil, drift: Drift? = nil
    ) {
        self.info = info
        self.storage = storage
        self.expected = expected
        self.statistics = statistics
        self.drift = drift
    }

    /// Stored bytes by raw bytes; nil for an empty or a tied variable.
    public var ratio: Double? {
        info.tiedTo != nil || info.tensor.byteCount == 0
            ? nil : Double(storage.storedByteCount) / Double(info.tensor.byteCount)
    }
}

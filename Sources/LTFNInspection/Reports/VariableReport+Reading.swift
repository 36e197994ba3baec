import LTFNBytes
import LTFNCheckpoint
import LTFNInitializers

extension VariableReport {
    /// What the index tells of `info`, which is `reader.manifest.variables[index]`.
    init(of info: VariableInfo, _ reader: any CheckpointReader, _ index: Int) {
        self.init(
            info: info, storage: reader.storage(index),
            expected: info.initializer.flatMap(Expectation.init))
    }

    /// Looks at the values as far as `budget` allows, and compares their digest with the recorded
    /// one; not that of what is the same again and again for longer than `budget` allows.
    ///
    /// What is wrong with them is told in `outcome`.
    mutating func look(
        into reader: any CheckpointReader, _ index: Int, depth: InspectionDepth,
        budget: inout ExpansionBudget
    ) {
        guard depth.statistics || depth.drift, info.tiedTo == nil else { return }
        var walk = ValueWalk(
            info: info,
            collector: depth.statistics
                ? ElementCollector(info.tensor.dtype, detailed: depth.details) : nil,
            drift: depth.drift ? DriftCollector(info) : nil)
        let cost = walk.cost(of: reader, index)
        // The digest of what is the same again and again takes time for which nothing is made.
        let isChecked = budget.spend(
            CheckedSize.total(cost, walk.repeatedCost(of: reader, index)))
        guard isChecked || budget.spend(cost) else {
            outcome = .listed
            return
        }
        do throws(FormatError) {
            try walk.run(reader, index, isChecked: isChecked)
            statistics = walk.collector?.statistics
            drift = walk.drift?.drift
        } catch {
            outcome =
                switch error.code {
                case .limitExceeded: .listed
                case .io: .unread(error)
                default: .damaged(error)
                }
        }
    }
}

/// One pass over the values of a variable.
private struct ValueWalk {
    let info: VariableInfo
    var collector: ElementCollector?
    var drift: DriftCollector?
    /// Elements that are still to come: spare bits of the last byte are none.
    private var remaining: Int

    init(info: VariableInfo, collector: ElementCollector?, drift: DriftCollector?) {
        self.info = info
        self.collector = collector
        self.drift = drift
        remaining = info.tensor.shape.elementCount
    }

    /// The bytes of values that have to be made and looked at.
    ///
    /// What is the same again and again takes no work, unless initial values stand beside it.
    /// Elements take the same time whatever their dtype: those of less than 4 bytes count as 4.
    func cost(of reader: any CheckpointReader, _ index: Int) -> UInt64 {
        var byteCount = info.tensor.byteCount
        if drift?.isSampled != true { byteCount = reader.distinctByteCount(of: index) }
        let bits = UInt64(max(info.tensor.dtype.bitCount, 1))
        guard bits < 32 else { return UInt64(byteCount) }
        let (product, overflow) = UInt64(byteCount).multipliedReportingOverflow(by: 32)
        return overflow ? .max : product / bits
    }

    /// What hashing costs that is the same again and again.
    func repeatedCost(of reader: any CheckpointReader, _ index: Int) -> UInt64 {
        let byteCount = info.tensor.byteCount
        return UInt64(max(0, byteCount - reader.distinctByteCount(of: index)) / 32)
    }

    mutating func run(
        _ reader: any CheckpointReader, _ index: Int, isChecked: Bool
    ) throws(FormatError) {
        try reader.forEachRun(of: index, isChecked: isChecked) { run throws(FormatError) in
            add(run)
        }
    }

    private mutating func add(_ run: ValueRun) {
        let count = min(elementCount(run.byteCount), remaining)
        remaining -= count
        switch run {
        case .values(let bytes):
            collector?.add(bytes, count: count)
            drift?.add(bytes, count: count)
        case .repeated(let unit, _):
            collector?.add(repeating: unit, count: count)
            drift?.add(repeating: unit, count: count)
        }
    }

    /// How many elements fit in `byteCount` bytes.
    private func elementCount(_ byteCount: Int) -> Int {
        let bits = max(info.tensor.dtype.bitCount, 1)
        return bits >= 8 ? byteCount / (bits / 8) : byteCount * 8 / bits
    }
}

extension VariableReport.Expectation {
    init?(_ initializer: InitializerSpec) {
        guard let moments = ExpectedMoments(initializer) else { return nil }
        self.init(mean: moments.mean, standardDeviation: moments.standardDeviation)
    }
}

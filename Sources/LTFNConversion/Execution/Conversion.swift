import LTFNBytes
import LTFNCheckpoint
import LTFNInference
import LTFNInitializers

/// A conversion with all that it needs.
public struct Conversion: Sendable {
    public let plan: ConversionPlan
    private let reader: any CheckpointReader
    private let format: any CheckpointFormat
    private let limits: DecodingLimits
    private let allowsOverflow: Bool

    /// - Parameters:
    ///   - source: the open input.
    ///   - allowed: what may be lost.
    ///   - allowsOverflow: whether values that get another dtype may become infinite.
    ///   - retyping: what the values of a dtype are known to be instead.
    ///   - limits: for reading the output again.
    public init(
        of reader: any CheckpointReader, from source: any CheckpointFormat,
        to target: any CheckpointFormat, allowing allowed: Set<FormatLoss.Subject> = [],
        retyping: [Retyping] = [],
        allowsOverflow: Bool = false, limits: DecodingLimits = .standard
    ) {
        self.allowsOverflow = allowsOverflow
        plan = ConversionPlan(
            converting: reader.manifest, from: source, to: target, allowing: allowed,
            retyping: retyping, losing: reader.losses)
        self.reader = reader
        format = target
        // The values were within the limits of the source: those of the output are the same.
        var own = limits
        own.expandedByteCount = max(
            limits.expandedByteCount, Int(clamping: plan.valueByteCount))
        self.limits = own
    }

    /// How far the work has come, in bytes of values.
    public struct Progress: Hashable, Sendable {
        public enum Phase: String, Hashable, Sendable { case write, verify }
        public var phase: Phase
        public var completedByteCount: UInt64
        public var totalByteCount: UInt64
    }

    /// Called again and again; stopping takes effect after a variable.
    ///
    /// - Returns: whether to go on.
    public typealias Observer = (Progress) -> Bool

    /// What has been written.
    public struct Written: Hashable, Sendable {
        /// The digest of the values of each variable of the output; nil where none were written.
        fileprivate var digests: [SHA256Digest?]
    }

    /// Writes the output: a few pieces of a tensor are in memory at a time.
    ///
    /// What the source says of its values and of their initial values is checked on the way: what
    /// is wrong must not become right in a file with digests of its own.
    ///
    /// - Parameter checking: false: what the source says of its values need not be checked on the
    ///   way, because `differences` is going to do it, or nobody wants it.
    /// - Returns: nil when `observer` wanted to stop; the output is then not complete.
    /// - Throws: `notRepresentable` when the plan is not executable, `checksumMismatch` when the
    ///   source contradicts itself; all that reader and writer throw.
    @discardableResult
    public func write(
        to files: any FileSetSink, checking: Bool = true,
        observer: @escaping Observer = { _ in true }
    ) throws(FormatError) -> Written? {
        let manifest = try executableTarget()
        try checkInitialValues()
        var writer = try format.create(files, manifest: manifest)
        let positions = try sourcePositions(of: manifest)
        var tracker = Tracker(.write, total: plan.valueByteCount, observer)
        var digests = [SHA256Digest?](repeating: nil, count: manifest.variables.count)
        for index in format.writingOrder(of: manifest) {
            if writer.copiesStored, !checking || reader.valueProof == .none,
                let stored = try reader.stored(positions[index])
            {
                try writer.copy(at: index, from: stored) { tracker.reach($0) }
                if !tracker.advance(by: stored.byteCount) { return nil }
                continue
            }
            var values = ValueStream(reader, positions[index])
            try writer.write(at: index) { range throws(FormatError) in
                tracker.reach(range.upperBound)
                return try values.bytes(range)
            }
            let digest = try values.finish()
            try reader.check(digest, of: positions[index])
            try expectNoOverflow(positions[index])
            digests[index] = digest
            if !tracker.advance(by: manifest.variables[index].tensor.byteCount) { return nil }
        }
        try writer.finish()
        return Written(digests: digests)
    }

    /// Replays the initial values that the output will claim to be able to replay.
    ///
    /// - Throws: `checksumMismatch` for a digest that is not theirs.
    private func checkInitialValues() throws(FormatError) {
        for step in plan.steps {
            guard let record = step.target.initializer, record.isReproducible else { continue }
            do throws(FormatError) {
                try Initializer.verify(record, info: step.source.tensor)
            } catch {
                // The rules of another version are for another program to check.
                if error.code == .unsupportedVersion { continue }
                var error = error
                error.variable = step.source.name.string
                throw error
            }
        }
    }

    /// Opens the output again and compares it with the source, bit for bit.
    ///
    /// - Parameter written: what `write` gave: the source then need not be read again.
    /// - Returns: what differs, at most 20 sentences; nil when `observer` wanted to stop.
    /// - Throws: all that the readers throw.
    public func differences(
        in output: any FileSet, written: Written? = nil,
        observer: @escaping Observer = { _ in true }
    ) throws(FormatError) -> [String]? {
        let expected = try executableTarget()
        let found = try format.open(output, limits: limits)
        var differences = ManifestComparison.differences(expected, found.manifest)
        guard differences.isEmpty else { return differences }
        let positions = try sourcePositions(of: expected)
        var tracker = Tracker(.verify, total: plan.valueByteCount, observer)
        for (index, variable) in expected.variables.enumerated() where variable.tiedTo == nil {
            let known = written?.digests[index]
            if known == nil, let stored = try reader.stored(positions[index]),
                let output = try found.stored(index)
            {
                let place = try compare(stored, output, variable) { tracker.reach($0) }
                if let place { differences.append(Self.difference(variable, at: place)) }
                if differences.count == 20 { return differences }
                if !tracker.advance(by: variable.tensor.byteCount) { return nil }
                continue
            }
            let before = if let known { known } else { try reader.verify(positions[index]) }
            if try found.verify(index) != before {
                let offset = try firstDifference(reader, positions[index], found, index)
                differences.append(Self.difference(variable, at: offset))
                if differences.count == 20 { return differences }
            }
            if try (reader as? ChangedReader)?.isUndone(positions[index], in: found, at: index)
                == false
            {
                differences.append(
                    "The axes of \"\(variable.name)\" did not change places as they should.")
                if differences.count == 20 { return differences }
            }
            if !tracker.advance(by: variable.tensor.byteCount) { return nil }
        }
        return differences
    }

    private func compare(
        _ stored: StoredValues, _ output: StoredValues, _ variable: VariableInfo,
        _ observer: (Int) -> Void
    ) throws(FormatError) -> Int? {
        do throws(FormatError) {
            return try stored.firstDifference(from: output, observer: observer)
        } catch {
            // It is the source that is not what it says.
            if error.code == .io { throw error }
            var error = error
            error.format = plan.sourceFormat
            error.variable = variable.name.string
            throw error
        }
    }

    private static func difference(_ variable: VariableInfo, at offset: Int) -> String {
        "\"\(variable.name)\" differs from byte \(offset) of its values on."
    }

    /// Runs the network on sample images, with the values of the source and with those of the
    /// output.
    ///
    /// - Throws: as `InferenceSession`; what the readers throw.
    public func forward(in output: any FileSet) throws(FormatError) -> ForwardComparison {
        let found = try format.open(output, limits: limits)
        let running = RunningLimits(limits, fileByteCount: plan.valueByteCount, reader: found)
        let budget = ExpansionBudget(limits, fileByteCount: plan.valueByteCount)
        let source = (reader as? ChangedReader)?.source ?? reader
        return try ForwardComparison(source, found, running, budget)
    }

    /// What values have lost that got another dtype, in the order of the output.
    var rounding: [(variable: VariableName, error: RoundingError)] {
        guard let changed = reader as? ChangedReader else { return [] }
        return changed.manifest.variables.indices.compactMap { index in
            changed.roundingError(index).map { (changed.manifest.variables[index].name, $0) }
        }
    }

    /// - Throws: `notRepresentable` when values of a variable have become infinite that nobody
    ///   allowed to.
    private func expectNoOverflow(_ index: Int) throws(FormatError) {
        guard !allowsOverflow, let changed = reader as? ChangedReader,
            let value = changed.roundingError(index)?.overflow
        else { return }
        let variable = changed.manifest.variables[index]
        throw FormatError(
            .notRepresentable, variable: changed.changes[index].source.name.string,
            "A value of \(NumberText.significant(value, 6)) is beyond the range of "
                + "\(variable.tensor.dtype.rawValue).", remedy: .allowOverflow)
    }

    private func executableTarget() throws(FormatError) -> Manifest {
        guard plan.isExecutable, let target = plan.target else {
            throw FormatError(
                .notRepresentable, format: plan.targetFormat,
                plan.problems.first?.description ?? "The conversion has no result.")
        }
        return target
    }

    /// For every variable of the output its position in the source.
    private func sourcePositions(of target: Manifest) throws(FormatError) -> [Int] {
        var positions = Array(repeating: 0, count: plan.steps.count)
        for (index, step) in plan.steps.enumerated() {
            guard let position = target.index(of: step.target.name) else {
                throw FormatError(.corrupt, "The plan names a variable that it does not have.")
            }
            positions[position] = index
        }
        return positions
    }
}

/// Adds up what is done.
private struct Tracker {
    private var progress: Conversion.Progress
    private let observer: Conversion.Observer

    init(
        _ phase: Conversion.Progress.Phase, total: UInt64, _ observer: @escaping Conversion.Observer
    ) {
        progress = Conversion.Progress(
            phase: phase, completedByteCount: 0, totalByteCount: total)
        self.observer = observer
    }

    mutating func advance(by byteCount: Int) -> Bool {
        progress.completedByteCount &+= UInt64(byteCount)
        return observer(progress)
    }

    /// Tells that so many bytes of the next variable are done.
    func reach(_ byteCount: Int) {
        var here = progress
        here.completedByteCount &+= UInt64(byteCount)
        _ = observer(here)
    }
}

/// The first byte of a variable that is not the same in both readers.
private func firstDifference(
    _ left: any CheckpointReader, _ leftIndex: Int, _ right: any CheckpointReader, _ rightIndex: Int
) throws(FormatError) -> Int {
    var (before, after) = (ValueStream(left, leftIndex), ValueStream(right, rightIndex))
    let byteCount = left.manifest.variables[leftIndex].tensor.byteCount
    for start in stride(from: 0, to: byteCount, by: 1 << 20) {
        let range = start..<start + min(1 << 20, byteCount - start)
        let (one, other) = (try before.bytes(range), try after.bytes(range))
        let (first, second) = (one.copy(of: 0..<range.count), other.copy(of: 0..<range.count))
        if first == second { continue }
        return start + (zip(first, second).enumerated().first { $1.0 != $1.1 }?.offset ?? 0)
    }
    return byteCount
}

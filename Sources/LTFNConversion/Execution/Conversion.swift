import LTFNBytes
import LTFNCheckpoint
import LTFNFormat

/// A conversion with all that it needs.
public struct Conversion: Sendable {
    public let plan: ConversionPlan
    private let reader: any CheckpointReader
    private let format: any CheckpointFormat
    private let limits: DecodingLimits

    /// - Parameters:
    ///   - source: the open input.
    ///   - allowed: what may be lost.
    ///   - retyping: what the values of a dtype are known to be instead.
    ///   - limits: for reading the output again.
    public init(
        of reader: any CheckpointReader, from source: any CheckpointFormat,
        to target: any CheckpointFormat, allowing allowed: Set<FormatLoss.Subject> = [],
        retyping: [Retyping] = [], limits: DecodingLimits = .standard
    ) {
        plan = ConversionPlan(
            converting: reader.manifest, from: source, to: target, allowing: allowed,
            retyping: retyping)
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

    /// Called behind every variable.
    ///
    /// - Returns: whether to go on.
    public typealias Observer = (Progress) -> Bool

    /// Writes the output: one tensor is in memory at a time.
    ///
    /// - Returns: false when `observer` wanted to stop; the output is then not complete.
    /// - Throws: `notRepresentable` when the plan is not executable; all that reader and writer
    ///   throw.
    public func write(
        to sink: any ByteSink, observer: @escaping Observer = { _ in true }
    ) throws(FormatError) -> Bool {
        let manifest = try executableTarget()
        var writer = try format.create(sink, manifest: manifest)
        let positions = try sourcePositions(of: manifest)
        var tracker = Tracker(.write, total: plan.valueByteCount, observer)
        for index in format.writingOrder(of: manifest) {
            let tensor = try reader.read(positions[index])
            // The output gets a digest of its own: what is wrong must not become right on the way.
            if let native = reader as? NativeReader {
                try native.check(tensor, of: positions[index])
            }
            try writer.write(
                TensorData(info: manifest.variables[index].tensor, bytes: tensor.bytes), at: index)
            if !tracker.advance(by: tensor.info.byteCount) { return false }
        }
        try writer.finish()
        return true
    }

    /// Opens the output again and compares it with the source, bit for bit.
    ///
    /// - Returns: what differs, at most 20 sentences; nil when `observer` wanted to stop.
    /// - Throws: all that the readers throw.
    public func differences(
        in output: any ByteSource, observer: @escaping Observer = { _ in true }
    ) throws(FormatError) -> [String]? {
        let expected = try executableTarget()
        let written = try format.open(output, limits: limits)
        var differences = ManifestComparison.differences(expected, written.manifest)
        guard differences.isEmpty else { return differences }
        let positions = try sourcePositions(of: expected)
        var tracker = Tracker(.verify, total: plan.valueByteCount, observer)
        for (index, variable) in expected.variables.enumerated() where variable.tiedTo == nil {
            let before = try reader.read(positions[index])
            let after = try written.read(index)
            if let offset = firstDifference(before.bytes, after.bytes) {
                differences.append(
                    "\"\(variable.name)\" differs from byte \(offset) of its values on.")
                if differences.count == 20 { return differences }
            }
            if !tracker.advance(by: variable.tensor.byteCount) { return nil }
        }
        return differences
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
}

/// The first byte that is not the same in both, or the length of the shorter one.
private func firstDifference(_ left: AlignedBytes, _ right: AlignedBytes) -> Int? {
    let common = min(left.byteCount, right.byteCount)
    var done = 0
    while done < common {
        let count = min(1 << 20, common - done)
        let (one, other) = (left.copy(of: done..<done + count), right.copy(of: done..<done + count))
        if one != other {
            return done + (zip(one, other).enumerated().first { $1.0 != $1.1 }?.offset ?? 0)
        }
        done += count
    }
    return left.byteCount == right.byteCount ? nil : common
}

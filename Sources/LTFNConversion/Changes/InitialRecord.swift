import LTFNBytes
import LTFNCheckpoint

/// How the initial values of a variable can be made again, kept while its axes stand in another
/// order: they are those of the old order, and come back with it.
struct InitialRecord: Hashable {
    var layout: KernelLayout
    var shape: [Int64]
    var algorithmVersion: UInt32
    var digest: SHA256Digest

    /// - Returns: nil when the initial values cannot be made again.
    init?(of variable: VariableInfo, in layout: KernelLayout) {
        guard case .reproducible(let version, let digest)? = variable.initializer?.evidence else {
            return nil
        }
        self.layout = layout
        shape = variable.tensor.shape.dimensions.map(Int64.init)
        algorithmVersion = version
        self.digest = digest
    }

    /// Reads what `metadata` says.
    ///
    /// - Returns: nil when it is something else.
    init?(_ metadata: MetadataValue?) {
        guard case .map(let record)? = metadata, record.entries.count == 4,
            case .string(let name)? = record["layout"], let layout = KernelLayout(rawValue: name),
            case .list(let extents)? = record["shape"],
            case .i64(let number)? = record["algorithm_version"],
            let version = UInt32(exactly: number),
            case .bytes(let bytes)? = record["digest"],
            let digest = SHA256Digest(bytes: bytes)
        else { return nil }
        self.layout = layout
        shape = extents.compactMap { if case .i64(let extent) = $0 { extent } else { nil } }
        algorithmVersion = version
        self.digest = digest
    }

    var metadata: MetadataValue {
        .map([
            "layout": .string(layout.rawValue), "shape": .list(shape.map { .i64($0) }),
            "algorithm_version": .i64(Int64(algorithmVersion)), "digest": .bytes(digest.bytes),
        ])
    }

    /// Whether a variable is what the record is about again.
    func fits(_ variable: VariableInfo, in layout: KernelLayout) -> Bool {
        self.layout == layout && shape == variable.tensor.shape.dimensions.map(Int64.init)
            && variable.initializer?.evidence == .descriptive
    }
}

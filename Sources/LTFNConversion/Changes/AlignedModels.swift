import LTFNBytes
import LTFNCheckpoint
import LTFNFormats
import LTFNInference

/// Two models whose values can be laid side by side: blocks of quantized values are the float32
/// values they stand for, and kernels are in one layout, where a graph tells which they are.
///
/// The variables have the names that they have in the files.
public struct AlignedModels: Sendable {
    public let first: any CheckpointReader
    public let second: any CheckpointReader
    /// What was done, and what could not be done, a sentence each.
    public let notes: [String]

    /// - Throws: `unsupportedFeature` for a recorded layout that is not known; `limitExceeded`.
    public init(_ first: ModelFile, _ second: ModelFile) throws(FormatError) {
        let readers = (try Self.unpacked(first), try Self.unpacked(second))
        let layouts = (try first.kernelLayout(), try second.kernelLayout())
        let manifests = (readers.0.manifest, readers.1.manifest)
        let graph = manifests.0.graph ?? manifests.1.graph
        guard let one = layouts.0, let other = layouts.1, one != other else {
            (self.first, self.second, notes) = (readers.0, readers.1, [])
            return
        }
        let difference =
            "Kernels are in the layout of \(one.rawValue) in \(first.path), of \(other.rawValue) in "
            + "\(second.path)"
        guard let graph,
            let firstPlan = Self.plan(manifests.0, graph, from: one),
            let secondPlan = Self.plan(manifests.1, graph, from: other)
        else {
            (self.first, self.second) = (readers.0, readers.1)
            notes = [
                difference + "; no network that fits tells which variables they are, so their axes "
                    + "stay where they are."
            ]
            return
        }
        self.first = ChangedReader(readers.0, firstPlan)
        self.second = ChangedReader(readers.1, secondPlan)
        notes = [difference + "; they are compared in the layout of tensorflow."]
    }

    private static func unpacked(_ model: ModelFile) throws(FormatError) -> any CheckpointReader {
        let reader = model.reader
        guard reader.manifest.variables.contains(where: { $0.blocks != nil }) else { return reader }
        return try FormatError.about(model.path) { () throws(FormatError) in
            try DequantizedReader(reader)
        }
    }

    /// - Returns: nil when the network does not fit the variables.
    private static func plan(
        _ manifest: Manifest, _ graph: ModelGraph, from layout: KernelLayout
    ) -> ChangePlan? {
        var manifest = manifest
        manifest.graph = graph
        manifest.metadata[KernelLayout.metadataKey] = .string(layout.rawValue)
        var changes = Changes()
        changes.layout = LayoutRequest(to: .tensorflow)
        let plan = ChangePlan(changes, of: manifest, convention: nil)
        return plan.problems.isEmpty ? plan : nil
    }
}

extension ModelFile {
    /// The layout of the kernels: as it is recorded, or as the format has it; nil: nothing tells.
    fileprivate func kernelLayout() throws(FormatError) -> KernelLayout? {
        let recorded = try FormatError.about(path) { () throws(FormatError) in
            try reader.manifest.recordedKernelLayout()
        }
        return recorded ?? (reader.manifest.graph == nil ? format.traits.kernelLayout : .tensorflow)
    }
}

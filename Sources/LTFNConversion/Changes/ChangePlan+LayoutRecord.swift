import LTFNBytes
import LTFNCheckpoint
import LTFNInference

extension ChangePlan {
    /// Kernels that keep a layout which the output would not tell rightly: it is recorded.
    mutating func recordLayout(
        _ source: Manifest, _ convention: KernelLayout?, _ output: KernelLayout?
    ) {
        // What was permuted is recorded already.
        guard layouts == nil, !manifest.hasWholeGraph else { return }
        let recorded = (try? source.recordedKernelLayout()) ?? nil
        let layout = recorded ?? (source.graph == nil ? convention : .tensorflow)
        guard let layout, let output else { return }
        if layout == output {
            // Without a record it means the same.
            guard recorded != nil else { return }
            manifest.metadata[KernelLayout.metadataKey] = nil
            changesNothing = false
        } else if recorded == nil, manifest.variables.contains(where: \.mayBeKernel) {
            manifest.metadata[KernelLayout.metadataKey] = .string(layout.rawValue)
            changesNothing = false
            notes.append(
                "The kernels stay in the layout of \(layout.rawValue), which is recorded.")
        }
    }
}

extension VariableInfo {
    fileprivate var mayBeKernel: Bool { (2...5).contains(elementShape.rank) }
}

extension Manifest {
    /// Whether there is a graph, and every variable that it uses.
    var hasWholeGraph: Bool {
        graph?.variableNames.allSatisfy { index(of: $0) != nil } ?? false
    }
}

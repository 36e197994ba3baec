import LTFNBytes
import LTFNCheckpoint

extension ChangePlan {
    /// The same changes, and the layout of kernels in which programs run a network of the output's
    /// format, unless another one is asked for, or it cannot be had.
    ///
    /// - Parameter output: what the format of the output is; nil: only values are written.
    package init(
        _ wanted: Changes, of source: Manifest, whole: Manifest? = nil,
        convention: KernelLayout?, output: FormatTraits?
    ) {
        if let needed = output?.kernelLayout, output?.needsKernelLayout == true,
            wanted.layout == nil, wanted.preset == nil, source.graph != nil,
            (try? source.recordedKernelLayout() ?? .tensorflow) != needed
        {
            var more = wanted
            more.layout = LayoutRequest(to: needed)
            let plan = ChangePlan(
                more, of: source, whole: whole, convention: convention, output: needed)
            if plan.problems.isEmpty {
                self = plan
                return
            }
        }
        self.init(
            wanted, of: source, whole: whole, convention: convention,
            output: output?.kernelLayout)
    }
}

extension FormatTraits {
    /// A checkpoint with its kernels in the order in which programs run a network of this format,
    /// where they need one; the same checkpoint where they do not, or it cannot be had.
    package func laidOut(_ reader: any CheckpointReader) -> any CheckpointReader {
        guard needsKernelLayout else { return reader }
        let plan = ChangePlan(Changes(), of: reader.manifest, convention: nil, output: self)
        return plan.changesNothing ? reader : ChangedReader(reader, plan)
    }
}

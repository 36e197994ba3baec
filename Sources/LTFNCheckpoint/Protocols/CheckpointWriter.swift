import LTFNBytes

/// A checkpoint that is being written.
public protocol CheckpointWriter {
    /// Writes the values of `manifest.variables[index]`: each of the format's `writingOrder` once,
    /// in that order.
    ///
    /// - Throws: `corrupt` when the tensor is not the one described or comes out of order, `io`.
    mutating func write(_ tensor: TensorData, at index: Int) throws(FormatError)

    /// Writes values that come range by range, so that a tensor of any length takes little memory.
    /// The file is the same as from whole tensors.
    ///
    /// - Parameter values: a range of the bytes; they are asked for from front to back, some more
    ///   than once.
    /// - Throws: as `write(_:at:)`, and what `values` throws.
    mutating func write(
        at index: Int, values: (_ range: Range<Int>) throws(FormatError) -> AlignedBytes
    ) throws(FormatError)

    /// Writes what comes last. The file is complete when this returns.
    ///
    /// - Throws: `corrupt` when a variable is missing, `io`.
    mutating func finish() throws(FormatError)
}

extension CheckpointFormat {
    /// Writes a whole checkpoint.
    ///
    /// - Throws: `notRepresentable`, `io`.
    public func write(_ checkpoint: Checkpoint, to sink: any ByteSink) throws(FormatError) {
        var writer = try create(sink, manifest: checkpoint.manifest)
        for index in writingOrder(of: checkpoint.manifest) {
            try writer.write(checkpoint.tensors[index], at: index)
        }
        try writer.finish()
    }
}

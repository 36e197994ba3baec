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

    /// Whether values that stand in a file as they are read come to stand so in this one, too.
    var copiesStored: Bool { get }

    /// Writes values that stand in another file as they are.
    ///
    /// - Parameter observer: told how many bytes are done.
    /// - Throws: as `write(_:at:)`, and what reading the source throws.
    mutating func copy(
        at index: Int, from stored: StoredValues, observer: (Int) -> Void
    ) throws(FormatError)

    /// Writes what comes last. The file is complete when this returns.
    ///
    /// - Throws: `corrupt` when a variable is missing, `io`.
    mutating func finish() throws(FormatError)
}

// A writer that makes something else of the values.
extension CheckpointWriter {
    public var copiesStored: Bool { false }

    public mutating func copy(
        at index: Int, from stored: StoredValues, observer: (Int) -> Void
    ) throws(FormatError) {
        try write(at: index) { range throws(FormatError) in
            observer(range.upperBound)
            let bytes = try stored.source.read(
                at: stored.offset + UInt64(range.lowerBound), byteCount: range.count)
            try AvailableMemory.expect(range.count)
            return AlignedBytes(copying: bytes.rawSpan)
        }
    }
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

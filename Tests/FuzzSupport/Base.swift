import LTFNBytes
import LTFNCheckpoint
import LTFNFormat

extension Claims {
    /// A file that others may be stored relative to.
    static let base: NativeReader? = {
        let values: [UInt8] = (0..<160).map { UInt8(truncatingIfNeeded: $0 &* $0 &+ 7) }
        let sink = MemorySink()
        do throws(FormatError) {
            var variables: [VariableInfo] = []
            var tensors: [TensorData] = []
            for (name, dtype) in [("b0", DType.f32), ("b1", .u8)] {
                let info = try TensorInfo(
                    dtype: dtype, shape: TensorShape([160 * 8 / dtype.bitCount]))
                variables.append(VariableInfo(name: try VariableName(name), tensor: info))
                tensors.append(
                    try TensorData(info: info, bytes: AlignedBytes(copying: values.rawSpan)))
            }
            let manifest = try Manifest(variables: variables)
            var options = NativeFormat.WritingOptions()
            options.threadCount = 1
            options.chunkByteCount = 64
            try NativeFormat(options: options).write(
                Checkpoint(manifest: manifest, tensors: tensors), to: sink)
            return try NativeReader(MemorySource(sink.bytes), threadCount: 1)
        } catch {
            return nil
        }
    }()
}

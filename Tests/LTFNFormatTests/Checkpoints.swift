import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNFormat

func variable(
    _ name: String, _ dtype: DType, _ shape: [Int], initializer: InitializerSpec? = nil,
    metadata: Metadata = [:], tiedTo: String? = nil
) throws -> VariableInfo {
    VariableInfo(
        name: try VariableName(name),
        tensor: try TensorInfo(dtype: dtype, shape: TensorShape(shape)), initializer: initializer,
        metadata: metadata, tiedTo: try tiedTo.map { try VariableName($0) })
}

func tensor(_ info: TensorInfo, _ bytes: [UInt8]) throws -> TensorData {
    try TensorData(info: info, bytes: AlignedBytes(copying: bytes.rawSpan))
}

/// Clears the bits of the last byte that belong to no element.
func clearingLastBits(_ bytes: [UInt8], of info: TensorInfo) -> [UInt8] {
    var bytes = bytes
    let used = info.shape.elementCount % 8 * info.dtype.bitCount % 8
    if used > 0, !bytes.isEmpty { bytes[bytes.count - 1] &= UInt8(1 << used - 1) }
    return bytes
}

func write(
    _ checkpoint: Checkpoint, _ options: NativeFormat.WritingOptions = .init()
) throws -> [UInt8] {
    let sink = MemorySink()
    try NativeFormat(options: options).write(checkpoint, to: sink)
    return sink.bytes
}

func options(
    chunk: Int = 1 << 20, codecs: Set<Codec> = Set(Codec.allCases), threads: Int = 1,
    effort: Effort = .standard
) -> NativeFormat.WritingOptions {
    var options = NativeFormat.WritingOptions()
    options.chunkByteCount = chunk
    options.codecs = codecs
    options.threadCount = threads
    options.effort = effort
    return options
}

/// Opens a file and reads all that it holds.
func load(_ bytes: [UInt8], limits: DecodingLimits = .standard) throws -> Checkpoint {
    let reader = try NativeReader(MemorySource(bytes), limits: limits)
    return try Checkpoint(reading: reader)
}

/// Whether two checkpoints are the same, bit for bit.
func areEqual(_ a: Checkpoint, _ b: Checkpoint) -> Bool {
    guard a.manifest == b.manifest else { return false }
    return zip(a.tensors, b.tensors).allSatisfy {
        $0.bytes.copy(of: 0..<$0.info.byteCount) == $1.bytes.copy(of: 0..<$1.info.byteCount)
    }
}

/// The error that `body` throws, or nil.
func failure(_ body: () throws -> Void) -> FormatError? {
    do {
        try body()
        return nil
    } catch {
        return error as? FormatError
    }
}

extension Index {
    /// A file with this index and these chunk bytes, whose checksums are right.
    func file(chunks: [UInt8]) throws -> [UInt8] {
        let (bytes, _) = try encoded()
        return FileParts(chunks: chunks, index: bytes, features: features.rawValue).file
    }
}

import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import TestSupport

/// GGUF files piece by piece, also such as no tool writes.
struct GGUFBuilder {
    typealias Bytes = (inout ByteWriter) -> Void

    var version: UInt32 = 3
    var keys: [Bytes] = []
    var tensors: [Bytes] = []
    var values: [UInt8] = []
    var alignment = 32
    /// What the file says, where that is not how many there are.
    var keyCount: UInt64?
    var tensorCount: UInt64?

    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.string("GGUF")
        writer.u32(version)
        writer.u64(tensorCount ?? UInt64(tensors.count))
        writer.u64(keyCount ?? UInt64(keys.count))
        for write in keys + tensors { write(&writer) }
        writer.pad(toMultipleOf: alignment)
        return writer.bytes + values
    }

    /// A string after its length.
    static func string(_ text: String) -> Bytes {
        { writer in
            writer.u64(UInt64(text.utf8.count))
            writer.string(text)
        }
    }

    /// A key, the number of its type, and a value.
    static func key(_ name: String, _ type: UInt32, _ value: @escaping Bytes = { _ in }) -> Bytes {
        { writer in
            string(name)(&writer)
            writer.u32(type)
            value(&writer)
        }
    }

    /// A tensor; of float32 unless told. The fastest axis comes first.
    static func tensor(
        _ name: String = "w", _ axes: [UInt64] = [2], type: UInt32 = 0, at offset: UInt64 = 0,
        rank: UInt32? = nil
    ) -> Bytes {
        { writer in
            string(name)(&writer)
            writer.u32(rank ?? UInt32(axes.count))
            for extent in axes { writer.u64(extent) }
            writer.u32(type)
            writer.u64(offset)
        }
    }

    /// A file of these tensors and so many bytes of values.
    static func file(_ tensors: [Bytes], valueByteCount: Int = 32) -> [UInt8] {
        var builder = GGUFBuilder()
        builder.tensors = tensors
        builder.values = (0..<valueByteCount).map { UInt8(truncatingIfNeeded: $0) }
        return builder.bytes
    }

    /// A file of these keys and one tensor.
    static func file(keys: [Bytes]) -> [UInt8] {
        var builder = GGUFBuilder()
        builder.keys = keys
        builder.tensors = [tensor()]
        builder.values = Array(1...8) + [UInt8](repeating: 0, count: 24)
        return builder.bytes
    }

    static func open(_ bytes: [UInt8]) throws(FormatError) -> any CheckpointReader {
        try GGUFFormat().open(MemorySource(bytes), limits: .standard)
    }

    static func error(_ bytes: [UInt8]) -> FormatError? {
        formatError { () throws(FormatError) in try open(bytes) }
    }
}

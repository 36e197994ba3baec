import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNFormat

/// A directory that is removed with the last reference to it.
final class TemporaryFolder {
    private let url: URL

    init() {
        url = FileManager.default.temporaryDirectory
            .appendingPathComponent("ltfn-format-\(UUID().uuidString)")
        try! FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    /// The names of all files, hidden ones too.
    var names: [String] {
        try! FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
    }
}

/// A reproducible stream of bytes for tests (xorshift64*).
struct TestBytes {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count {
            let word = next()
            for shift in stride(from: 0, to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        return Array(bytes.prefix(count))
    }

    /// Roughly normal: the sum of four uniforms.
    mutating func normal() -> Float {
        var sum: Float = 0
        for _ in 0..<4 { sum += Float(next() >> 40) / Float(1 << 24) - 0.5 }
        return sum * 1.7
    }
}

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

/// The parts of a file, to be put together with right checksums.
struct FileParts {
    var chunks: [UInt8]
    var index: [UInt8]
    var features: UInt64

    var header: [UInt8] {
        var writer = ByteWriter()
        writer.append([0x89, 0x4C, 0x54, 0x46, 0x4E, 0x0D, 0x0A, 0x1A, 1, 0, 0, 0])
        writer.zeros(48)
        writer.u32(CRC32C.checksum(writer.bytes))
        return writer.bytes
    }

    func footer(indexOffset: Int) -> [UInt8] {
        var footer = ByteWriter()
        footer.u64(UInt64(indexOffset))
        footer.u64(UInt64(index.count))
        footer.u64(UInt64(indexOffset + index.count + 64))
        footer.u64(features)
        footer.u64(0)
        footer.u32(CRC32C.checksum(index))
        footer.u16(1)
        footer.u16(0)
        footer.u32(0)
        footer.u32(CRC32C.checksum(footer.bytes))
        footer.append([0x4C, 0x54, 0x46, 0x4E, 0x0A, 0x45, 0x4F, 0x46])
        return footer.bytes
    }

    var file: [UInt8] {
        header + chunks + index + footer(indexOffset: 64 + chunks.count)
    }
}

extension FileParts {
    /// Takes a file apart: nil when its footer makes no sense.
    init?(splitting file: [UInt8]) {
        guard file.count >= 224 else { return nil }
        func u64(_ offset: Int) -> Int {
            (0..<8).reduce(0) { $0 | Int(file[file.count - 64 + offset + $1]) << (8 * $1) }
        }
        let start = u64(0)
        chunks = Array(file[64..<start])
        index = Array(file[start..<start + u64(8)])
        features = UInt64(u64(24))
    }

    /// Makes the content digest right, as far as the index can be read without it.
    mutating func signContent() {
        guard let digest = ContentSignature.digest(of: index) else { return }
        index.replaceSubrange(8..<40, with: digest)
    }
}

/// The content digest by the text of the specification, for indexes that may be damaged.
enum ContentSignature {
    static func digest(of index: [UInt8]) -> [UInt8]? {
        guard index.count >= 88 else { return nil }
        do {
            var reader = ByteReader(index)
            try reader.skip(40)
            let counts = try (0..<5).map { _ in try reader.u64() }
            let bases = Int(try reader.u32())
            let retired = Int(try reader.u32())
            guard let m = Int(exactly: counts[2]), let g = Int(exactly: counts[3]),
                let v = Int(exactly: counts[0])
            else { return nil }
            var content = ByteWriter()
            content.string("ltfn content 1\0\0")
            content.u64(counts[2])
            content.append(try reader.bytes(m))
            content.u64(counts[3])
            content.append(try reader.bytes(g))
            content.u64(counts[0])
            try reader.skip(bases * 32)
            try reader.skip(retired * 24)
            for _ in 0..<v {
                let start = index.count - reader.remaining
                try skipContent(&reader)
                content.append(index[start..<index.count - reader.remaining])
                try skipStorage(&reader, index: index, start: start)
            }
            return SHA256.digest(content.bytes).bytes
        } catch {
            return nil
        }
    }

    private static func skipContent(_ reader: inout ByteReader) throws {
        try reader.skip(Int(try reader.u16()))
        try reader.skip(1)
        try reader.skip(Int(try reader.u8()) * 8)
        let presence = try reader.u8()
        try reader.skip(presence & 4 != 0 ? 8 : 32)
        if presence & 1 != 0 { try skipInitializer(&reader) }
        if presence & 2 != 0 { try skipMap(&reader) }
    }

    private static func skipStorage(
        _ reader: inout ByteReader, index: [UInt8], start: Int
    ) throws {
        // The presence byte says whether the variable is tied.
        var head = ByteReader(Array(index[start...]))
        try head.skip(Int(try head.u16()) + 1)
        try head.skip(Int(try head.u8()) * 8)
        guard try head.u8() & 4 == 0 else { return }
        switch try reader.u8() {
        case 0: try reader.skip(1)
        case 2: try reader.skip(2)
        default: break
        }
    }

    private static func skipInitializer(_ reader: inout ByteReader) throws {
        let kind = try reader.u8()
        let presence = try reader.u8()
        switch kind {
        case 3, 7: try reader.skip(8)
        case 4, 5, 6: try reader.skip(16)
        case 8: try reader.skip(10)
        case 15:
            try skipString(&reader)
            try skipMap(&reader)
        default: break
        }
        try reader.skip(16 + (presence & 1 != 0 ? 16 : 0) + (presence & 2 != 0 ? 36 : 0))
    }

    private static func skipString(_ reader: inout ByteReader) throws {
        try reader.skip(try CheckedSize.int(try reader.u64()))
    }

    private static func skipMap(_ reader: inout ByteReader) throws {
        let count = try reader.u64()
        guard count <= UInt64(reader.remaining) else { throw FormatError(.corrupt, "") }
        for _ in 0..<count {
            try skipString(&reader)
            try skipValue(&reader)
        }
    }

    private static func skipValue(_ reader: inout ByteReader) throws {
        switch try reader.u8() {
        case 1: try reader.skip(1)
        case 2, 3, 4: try reader.skip(8)
        case 5, 6: try skipString(&reader)
        case 7:
            let count = try reader.u64()
            guard count <= UInt64(reader.remaining) else { throw FormatError(.corrupt, "") }
            for _ in 0..<count { try skipValue(&reader) }
        case 8: try skipMap(&reader)
        default: throw FormatError(.corrupt, "")
        }
    }
}

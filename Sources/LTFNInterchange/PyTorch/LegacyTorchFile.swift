import LTFNBytes
import LTFNCheckpoint

/// A file of PyTorch before 1.6, or written in that form since.
///
/// Five pickles: a magic number, the version of the protocol, facts about the machine, the object,
/// and the keys of its storages. In the order of the keys follow the storages: for each how many
/// elements it has, in 8 bytes, and its values, little-endian on every machine.
struct LegacyTorchFile: TorchFile {
    let pickle: PickleGraph
    let record: [JSONMember] = []
    let notes: [String]
    private let places: [ByteString: TorchStorage]
    private let format: String

    /// 0x1950a86a20f9469cfc6c, the low byte first.
    private static let magic: [UInt8] = [
        0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
    ]
    private static let magicDigits = Array("L119547037146038801333356L\n".utf8)
    private static let protocolVersion: Int64 = 1001

    /// Whether a file begins as such files do, in any protocol.
    static func recognizes(_ prefix: [UInt8]) -> Bool {
        if prefix.starts(with: magicDigits) { return true }
        guard prefix.count > 24, prefix[0] == 0x80 else { return false }
        let start = prefix[2] == PickleOpcode.frame.rawValue ? 11 : 2
        return prefix[start...].starts(with: [PickleOpcode.long1.rawValue, 10] + magic)
    }

    /// Whether a file begins as a pickle does, or ends before that can be told.
    static func mayBegin(_ prefix: [UInt8]) -> Bool {
        // A protocol's number, or the long number of protocols 0 and 1.
        prefix.count < 2 || prefix[0] == 0x80 && prefix[1] < 16 || prefix[0] == UInt8(ascii: "L")
    }

    /// - Throws: `notThisFormat`, `unsupportedVersion`, `unsupportedFeature`, `corrupt`,
    ///   `truncated`, `limitExceeded`, `io`.
    init(
        _ source: any ByteSource, format: String, limits: DecodingLimits
    ) throws(FormatError) {
        let end = min(source.byteCount, UInt64(max(0, limits.indexByteCount)))
        var input = PickleInput(source, 0..<end, format: format)
        try Self.expectHead(&input)
        pickle = try PickleMachine.load(&input, globals: TorchGlobals.known)
        let list = try PickleMachine.load(&input, globals: TorchGlobals.known)
        guard let keys = list.elements(list.root) else {
            throw input.error(.corrupt, "The list of storages was expected.")
        }
        self.format = format
        var places: [ByteString: TorchStorage] = [:]
        let sizes = try Self.elementByteCounts(pickle, format)
        var offset = input.offset
        for key in keys {
            guard let text = list.storageKey(key),
                let unit = sizes[ByteString(text)]
            else {
                throw FormatError(
                    .corrupt, format: format, offset: offset,
                    "The list of storages names one that no tensor uses, so its length cannot be "
                        + "told.")
            }
            let place = try Self.storage(source, at: &offset, elementByteCount: unit, format)
            guard places.updateValue(place, forKey: ByteString(text)) == nil else {
                throw FormatError(
                    .corrupt, format: format, offset: offset,
                    "The storage \"\(text.prefix(40))\" stands twice.")
            }
        }
        self.places = places
        let tail = source.byteCount - offset
        notes =
            tail == 0
            ? []
            : [
                "What stands after the end of the last storage (\(NumberText.counted(tail, "byte"))) is not read."
            ]
    }

    private static func expectHead(_ input: inout PickleInput) throws(FormatError) {
        let head = try PickleMachine.load(&input, globals: TorchGlobals.known)
        guard case .wideInt(let bytes) = head[head.root], bytes.isEmpty || bytes == magic else {
            throw input.error(.notThisFormat, "The file does not begin as files of PyTorch do.")
        }
        let version = try PickleMachine.load(&input, globals: TorchGlobals.known)
        guard case .int(protocolVersion) = version[version.root] else {
            throw input.error(
                .unsupportedVersion,
                "The file is not of the version \(protocolVersion) of this form.")
        }
        // How wide numbers were on the machine: storages have widths of their own.
        _ = try PickleMachine.load(&input, globals: TorchGlobals.known)
    }

    /// For every storage how wide its elements are, which counts in their stead.
    private static func elementByteCounts(
        _ pickle: PickleGraph, _ format: String
    ) throws(FormatError) -> [ByteString: Int] {
        var sizes: [ByteString: Int] = [:]
        for node in pickle.nodes {
            guard case .persistent(let id) = node, let fields = pickle.elements(id),
                fields.count >= 5, let type = pickle.global(fields[1]),
                let key = pickle.storageKey(fields[2]),
                key.utf8.count <= PickleGraph.storageKeyByteCount
            else { continue }
            let size: Int
            switch TorchElementType.kind(storage: type) {
            case .dtype(let dtype)?: size = dtype.bitCount / 8
            case .unknown? where type.hasSuffix("QInt32Storage"): size = 4
            default: size = 1
            }
            guard sizes.updateValue(size, forKey: ByteString(key)) ?? size == size else {
                throw FormatError(
                    .unsupportedFeature, format: format,
                    "The storage \"\(key.prefix(40))\" is used with elements of different widths.")
            }
        }
        return sizes
    }

    private static func storage(
        _ source: any ByteSource, at offset: inout UInt64, elementByteCount: Int,
        _ format: String
    ) throws(FormatError) -> TorchStorage {
        guard source.byteCount - offset >= 8 else {
            throw FormatError(
                .truncated, format: format, offset: offset,
                "The file ends before its last storage.")
        }
        var reader = ByteReader(
            try source.read(at: offset, byteCount: 8), at: offset, format: format)
        let count = try reader.u64()
        offset += 8
        let (byteCount, overflow) = count.multipliedReportingOverflow(by: UInt64(elementByteCount))
        guard !overflow, byteCount <= source.byteCount - offset, let size = Int(exactly: byteCount)
        else {
            throw FormatError(
                .truncated, format: format, offset: offset,
                "A storage has \(count) elements of \(elementByteCount) bytes; "
                    + "\(source.byteCount - offset) bytes are left.")
        }
        defer { offset += byteCount }
        return TorchStorage(place: .range(offset: offset, crc32: nil), byteCount: size)
    }

    func storage(_ key: TorchStorageKey) throws(FormatError) -> TorchStorage {
        guard let storage = places[ByteString(key.key)] else {
            throw FormatError(
                .corrupt, format: format,
                "The file has no storage \"\(key.key.prefix(40))\".")
        }
        guard storage.byteCount == key.byteCount else {
            throw FormatError(
                .corrupt, format: format,
                "The storage \"\(key.key.prefix(40))\" has \(storage.byteCount) bytes in the file, "
                    + "\(key.byteCount) in the pickle.")
        }
        return storage
    }
}

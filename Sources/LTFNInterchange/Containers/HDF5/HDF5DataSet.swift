import LTFNBytes
import LTFNCheckpoint

/// What an object with values is, and where they are.
struct HDF5DataSet: Sendable {
    enum Values: Sendable {
        case tensor(TensorInfo, HDF5Values)
        /// Text, where it is a word or a list of them.
        case text(MetadataValue?)
        /// There are no elements, and no shape.
        case nothing
    }

    var values: Values
    var attributes: [(name: String, value: MetadataValue?)]
    /// Of several paths to it, the one that counts.
    private(set) var owner: String?

    /// - Returns: nil when the object has no values.
    /// - Throws: `unsupportedFeature`, `unsupportedVersion`, `corrupt`, `truncated`,
    ///   `checksumMismatch`, `limitExceeded`, `io`.
    init?(_ header: HDF5ObjectHeader, in file: inout HDF5File) throws(FormatError) {
        guard let layoutMessage = header.first(.layout),
            let spaceMessage = header.first(.dataspace), let typeMessage = header.first(.datatype)
        else { return nil }
        guard !layoutMessage.isShared, !spaceMessage.isShared, !typeMessage.isShared else {
            throw Self.unsupported(
                "It is of a type of its own, which is kept as an object (a committed type)")
        }
        guard !header.has(.externalFiles) else {
            throw Self.unsupported("Its values are in another file")
        }
        var cursor = typeMessage.content
        let type = try HDF5Datatype(&cursor)
        cursor = spaceMessage.content
        let space = try HDF5Dataspace(&cursor)
        cursor = layoutMessage.content
        let layout = try HDF5Layout(&cursor)
        attributes = try HDF5Attribute.all(of: header, in: &file).map { ($0.name, $0.value) }
        if let index = attributes.firstIndex(where: { $0.name == HDF5Variables.ownerAttribute }),
            case .string(let path) = attributes[index].value
        {
            owner = path
            attributes.remove(at: index)
        }
        guard let dimensions = space.dimensions else {
            values = .nothing
            return
        }
        guard dimensions.count <= file.limits.rank else {
            throw FormatError(
                .limitExceeded, format: HDF5File.format,
                "It has \(dimensions.count) axes; \(file.limits.rank) are allowed.")
        }
        switch type.kind {
        case .other(let what):
            throw FormatError(
                .unsupportedFeature, format: HDF5File.format,
                "Its elements are \(what), which cannot be read.")
        case .text, .heapText:
            values = .text(try Self.text(type, space, layout, in: &file))
        case .numbers(let dtype, let isBigEndian):
            let info = try TensorInfo(
                dtype: Self.takeName(of: dtype, &attributes), shape: TensorShape(dimensions))
            let storage = try HDF5Storage(
                layout, info, elementByteCount: type.byteCount, space, header, in: &file)
            let fill = try Self.fill(header, byteCount: type.byteCount)
            values = .tensor(
                info,
                HDF5Values(info: info, isBigEndian: isBigEndian, storage: storage, fill: fill))
        }
    }

    private static func unsupported(_ what: String) -> FormatError {
        FormatError(.unsupportedFeature, format: HDF5File.format, what + ": it cannot be read.")
    }

    /// The attribute with which Keras says that opaque bits are bfloat16, and we of other types.
    static let typeAttribute = "dtype"

    private static func takeName(
        of dtype: DType, _ attributes: inout [(name: String, value: MetadataValue?)]
    ) -> DType {
        guard let index = attributes.firstIndex(where: { $0.name == typeAttribute }),
            case .string(let word) = attributes[index].value,
            let named = HDF5Encoder.opaqueNames.first(where: { $0.value == word })?.key,
            dtype == (named.bitCount == 8 ? .bits8 : .bits16)
        else { return dtype }
        attributes.remove(at: index)
        return named
    }

    private static func text(
        _ type: HDF5Datatype, _ space: HDF5Dataspace, _ layout: HDF5Layout,
        in file: inout HDF5File
    ) throws(FormatError) -> MetadataValue? {
        let elements = HDF5Elements(type, space)
        guard let byteCount = elements.byteCount, byteCount <= 1 << 20 else { return nil }
        let bytes: [UInt8]
        switch layout {
        case .compact(let inline): bytes = inline
        case .contiguous(let address?, let length):
            guard length == UInt64(byteCount) else { return nil }
            var cursor = try file.structure(at: address, byteCount: byteCount, "text")
            bytes = try cursor.rest()
        default: return nil
        }
        var cursor = HDF5Cursor(bytes, at: 0, file.sizes)
        return try elements.metadata(&cursor, in: &file)
    }

    /// One element that stands for what was never written; empty: zeros.
    ///
    /// - Throws: `unsupportedVersion`, `truncated`, `corrupt`.
    private static func fill(
        _ header: HDF5ObjectHeader, byteCount: Int
    ) throws(FormatError) -> [UInt8] {
        var bytes: [UInt8] = []
        if var cursor = header.first(.fillValue)?.content {
            let version = try cursor.expect(version: 1...3, of: "what stands for missing values")
            var isDefined = true
            if version == 3 {
                isDefined = try cursor.u8() & 0x20 != 0
            } else {
                try cursor.skip(2)
                let flag = try cursor.u8()
                isDefined = version == 1 || flag != 0
            }
            if isDefined { bytes = try cursor.bytes.bytes(cursor.u32()) }
        } else if var cursor = header.first(.oldFillValue)?.content {
            bytes = try cursor.bytes.bytes(cursor.u32())
        }
        guard bytes.isEmpty || bytes.count == byteCount else {
            throw FormatError(
                .corrupt, format: HDF5File.format,
                "What stands for missing values has \(bytes.count) bytes; an element has \(byteCount)."
            )
        }
        return bytes.allSatisfy { $0 == 0 } ? [] : bytes
    }
}

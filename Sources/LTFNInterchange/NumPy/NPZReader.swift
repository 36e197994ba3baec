import LTFNBytes
import LTFNCheckpoint

/// An open npz file.
struct NPZReader: CheckpointReader {
    let manifest: Manifest
    private let cursor: ZipCursor
    private let limits: DecodingLimits
    /// In the order of the manifest.
    private let arrays: [StoredArray]

    private struct StoredArray {
        var member: ZipMember
        var header: NPYHeader
        var values: NPYValues
    }

    init(_ source: any ByteSource, limits: DecodingLimits) throws(FormatError) {
        let archive = try ZipArchive(source, format: NPZFormat.name, limits: limits)
        var variables: [VariableInfo] = []
        var arrays: [VariableName: StoredArray] = [:]
        for member in archive.members {
            let header = try Self.header(of: member, in: archive, limits: limits)
            let name = try Self.variableName(of: member)
            variables.append(VariableInfo(name: name, tensor: header.tensor))
            arrays[name] = StoredArray(
                member: member, header: header, values: NPYValues(header))
        }
        manifest = try Manifest(variables: variables)
        self.arrays = manifest.variables.compactMap { arrays[$0.name] }
        cursor = ZipCursor(archive)
        self.limits = limits
    }

    private static func header(
        of member: ZipMember, in archive: ZipArchive, limits: DecodingLimits
    ) throws(FormatError) -> NPYHeader {
        do throws(FormatError) {
            let header = try NPYHeader(at: member.dataOffset, limits: limits) {
                count throws(FormatError) in
                try archive.prefix(of: member, byteCount: count)
            }
            let expected = UInt64(header.byteCount) + UInt64(header.tensor.byteCount)
            guard member.byteCount == expected else {
                throw FormatError(
                    .corrupt, format: NPZFormat.name, offset: member.dataOffset,
                    "The array takes \(expected) bytes, the member has \(member.byteCount).")
            }
            return header
        } catch {
            var error = error
            error.variable = member.name
            // Folders have no bytes.
            if error.code == .notThisFormat || member.byteCount == 0 {
                error.code = .unsupportedFeature
                error.message = "A member of the archive is no array: it would be dropped."
            }
            throw error
        }
    }

    private static func variableName(of member: ZipMember) throws(FormatError) -> VariableName {
        let suffix = ".npy"
        // As NumPy does: a member may also be called without.
        let isSuffixed = member.name.utf8.reversed().starts(with: suffix.utf8.reversed())
        let name =
            isSuffixed
            ? String(member.name.unicodeScalars.dropLast(suffix.unicodeScalars.count))
            : member.name
        return try VariableName(foreign: name, format: NPZFormat.name)
    }

    func read(_ index: Int) throws(FormatError) -> TensorData {
        let info = arrays[index].header.tensor
        return try TensorData(info: info, bytes: read(index, bytes: 0..<info.byteCount))
    }

    func read(_ index: Int, bytes range: Range<Int>) throws(FormatError) -> AlignedBytes {
        let array = arrays[index]
        do throws(FormatError) {
            _ = try CheckedSize.limited(range.count, to: limits.tensorByteCount, of: "the array")
            return try array.values.read(range) { range throws(FormatError) in
                try cursor.read(array.member, range, behind: array.header.byteCount)
            }
        } catch {
            throw error.named(NPZFormat.name, variable: array.member.name)
        }
    }

    func pieceByteCount(_ index: Int) -> Int { arrays[index].values.pieceByteCount }

    func storage(_ index: Int) -> StorageInfo {
        let array = arrays[index]
        let method =
            switch array.member.method {
            case .stored: "raw"
            case .deflated: "deflate"
            }
        let layout = array.header.layout
        return StorageInfo(
            storedByteCount: array.member.storedByteCount,
            codec: layout.isEmpty ? method : method + ", " + layout)
    }
}

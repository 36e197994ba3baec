import LTFNBytes
import LTFNCheckpoint

/// Where the values of a variable are.
package enum VariableStorage: Hashable, Sendable {
    /// They are those of another variable.
    case tied
    /// Cut every 2^`exponent` bytes; the first chunk has the number `first` in the chunk table.
    case chunks(exponent: UInt8, first: Int)
    /// They are those that the initializer gives.
    case initial
    /// They are those of the same variable in a base file.
    case base(UInt16)

    /// The exponents that are allowed.
    static let exponents: ClosedRange<UInt8> = 6...30
}

/// The record of a variable on disk.
enum VariableLayout {
    private static let hasInitializer: UInt8 = 1
    private static let hasMetadata: UInt8 = 2
    private static let isTied: UInt8 = 4

    private static let storageChunks: UInt8 = 0
    private static let storageInitial: UInt8 = 1
    private static let storageBase: UInt8 = 2

    /// The fewest bytes that a record takes: a tied variable with a name of one byte.
    static let minimumByteCount = 2 + 1 + 1 + 1 + 1 + 8

    /// Writes what belongs to the content: all but the storage.
    ///
    /// - Parameter target: the number of the variable that holds the values of a tied one.
    /// - Throws: `notRepresentable`.
    static func writeContent(
        _ variable: VariableInfo, digest: ArraySlice<UInt8>, target: Int?,
        to writer: inout ByteWriter
    ) throws(FormatError) {
        writer.u16(UInt16(variable.name.string.utf8.count))
        writer.string(variable.name.string)
        writer.u8(variable.tensor.dtype.code)
        let dimensions = variable.tensor.shape.dimensions
        guard let rank = UInt8(exactly: dimensions.count) else {
            throw FormatError(
                .notRepresentable, format: NativeFormat.formatName, rule: "LTFN-V4",
                variable: variable.name.string,
                "The variable has \(dimensions.count) dimensions; at most 255 have a place.")
        }
        writer.u8(rank)
        for dimension in dimensions { writer.u64(UInt64(dimension)) }
        var presence: UInt8 = variable.initializer == nil ? 0 : hasInitializer
        if !variable.metadata.isEmpty { presence |= hasMetadata }
        if target != nil { presence |= isTied }
        writer.u8(presence)
        if let target { writer.u64(UInt64(target)) } else { writer.append(digest) }
        if let initializer = variable.initializer {
            try InitializerLayout.write(initializer, to: &writer)
        }
        if !variable.metadata.isEmpty {
            try MetadataLayout.write(variable.metadata, to: &writer)
        }
    }

    static func write(_ storage: VariableStorage, to writer: inout ByteWriter) {
        switch storage {
        case .tied: break
        case .chunks(let exponent, _):
            writer.u8(storageChunks)
            writer.u8(exponent)
        case .initial: writer.u8(storageInitial)
        case .base(let number):
            writer.u8(storageBase)
            writer.u16(number)
        }
    }
}

// Reading.
extension VariableLayout {
    /// What a record says.
    struct Record {
        var info: VariableInfo
        /// Where the bytes of the name stand.
        var name: Range<Int>
        /// Where dtype and shape stand.
        var tensor: Range<Int>
        /// For a tied variable: the number of its target, and where that stood.
        var target: (number: UInt64, offset: UInt64)?
        /// Where the digest stands, but for a tied variable.
        var digest: Range<Int>?
        /// The bytes from the start of the record that belong to the content.
        var contentByteCount: Int
        /// The first chunk is not yet known.
        var storage: VariableStorage
    }

    /// - Parameters:
    ///   - previousName: where the name of the variable before stands, which this one sorts after.
    ///   - previousTensor: of the variable before, and where it stands: shared, when this one is
    ///     the same.
    static func read(
        from reader: inout RecordReader, after previousName: Range<Int>?,
        like previousTensor: (info: TensorInfo, range: Range<Int>)?, baseCount: Int,
        limits: DecodingLimits
    ) throws(FormatError) -> Record {
        let start = reader.offset
        let (name, nameRange) = try readName(from: &reader, after: previousName)
        do {
            let tensorStart = nameRange.upperBound
            let tensor =
                if let previousTensor, reader.skip(sameAs: previousTensor.range) {
                    previousTensor.info
                } else {
                    try readTensor(from: &reader, limits: limits)
                }
            let tensorEnd = tensorStart + 2 + tensor.shape.rank * 8
            let presence = try readPresence(from: &reader)
            var record = Record(
                info: VariableInfo(name: name, tensor: tensor), name: nameRange,
                tensor: tensorStart..<tensorEnd, contentByteCount: 0, storage: .tied)
            if presence & isTied != 0 {
                let offset = reader.offset
                record.target = (try reader.u64(), offset)
            } else {
                record.digest = try reader.range(32)
            }
            if presence & hasInitializer != 0 {
                record.info.initializer = try InitializerLayout.read(from: &reader)
            }
            if presence & hasMetadata != 0 {
                record.info.metadata = try readMetadata(from: &reader)
            }
            record.contentByteCount = Int(reader.offset - start)
            if let digest = record.digest {
                record.storage = try readStorage(
                    from: &reader, info: record.info, digest: digest, baseCount: baseCount)
            }
            return record
        } catch {
            throw error.naming(name.string)
        }
    }

    private static func readName(
        from reader: inout RecordReader, after previous: Range<Int>?
    ) throws(FormatError) -> (VariableName, Range<Int>) {
        let start = reader.offset
        let range = try reader.range(Int(try reader.u16()))
        let name: VariableName
        do {
            name = try VariableName(utf8: reader.slice(range))
        } catch {
            throw reader.broken("LTFN-V1", at: start, error.message)
        }
        if let previous, !reader.precedes(previous, range) {
            throw reader.broken(
                "LTFN-V2", at: start,
                "Variables are not in the order of their names' bytes, or a name stands twice."
            ).naming(name.string)
        }
        return (name, range)
    }

    private static func readTensor(
        from reader: inout RecordReader, limits: DecodingLimits
    ) throws(FormatError) -> TensorInfo {
        let start = reader.offset
        let code = try reader.u8()
        guard let dtype = DType(code: code) else {
            throw reader.broken(
                "LTFN-V3", .unsupportedFeature, at: start,
                "A variable is of dtype \(code), which this reader does not know: use a newer one.")
        }
        let rank = Int(try reader.u8())
        guard rank <= limits.rank else {
            throw reader.broken(
                "LTFN-V4", .limitExceeded, at: start + 1,
                "A variable has \(rank) dimensions, the limit is \(limits.rank).")
        }
        var dimensions: [Int] = []
        dimensions.reserveCapacity(min(rank, reader.remaining / 8))
        for _ in 0..<rank {
            guard let dimension = Int(exactly: try reader.u64()) else {
                throw reader.broken("LTFN-V5", at: start + 1, "A dimension is above 2^63 - 1.")
            }
            dimensions.append(dimension)
        }
        do {
            return try TensorInfo(dtype: dtype, shape: TensorShape(dimensions))
        } catch {
            throw reader.broken("LTFN-V5", at: start + 1, error.message)
        }
    }

    private static func readPresence(
        from reader: inout RecordReader
    ) throws(FormatError) -> UInt8 {
        let start = reader.offset
        let presence = try reader.u8()
        guard presence & ~(hasInitializer | hasMetadata | isTied) == 0 else {
            throw reader.broken(
                "LTFN-V6", at: start,
                "The presence byte of a variable is \(presence); expected 0 to 7.")
        }
        return presence
    }

    private static func readMetadata(
        from reader: inout RecordReader
    ) throws(FormatError) -> Metadata {
        let start = reader.offset
        let metadata = try MetadataLayout.read(from: &reader)
        guard !metadata.isEmpty else {
            throw reader.broken(
                "LTFN-V8", at: start, "A variable has metadata without entries.")
        }
        return metadata
    }

    private static func readStorage(
        from reader: inout RecordReader, info: VariableInfo, digest: Range<Int>,
        baseCount: Int
    ) throws(FormatError) -> VariableStorage {
        let start = reader.offset
        switch try reader.u8() {
        case storageChunks:
            let exponent = try reader.u8()
            guard VariableStorage.exponents.contains(exponent) else {
                throw reader.broken(
                    "LTFN-V11", at: start + 1,
                    "A chunk exponent is \(exponent); expected 6 to 30.")
            }
            return .chunks(exponent: exponent, first: 0)
        case storageInitial:
            guard info.tensor.dtype.bitCount >= 8,
                case .reproducible(_, let initial) = info.initializer?.evidence,
                initial.bytes.elementsEqual(reader.slice(digest))
            else {
                throw reader.broken(
                    "LTFN-V10", at: start,
                    "A variable is stored as its initial values, but has no initializer that "
                        + "gives them.")
            }
            return .initial
        case storageBase:
            let number = try reader.u16()
            guard number < baseCount else {
                throw reader.broken(
                    "LTFN-V12", at: start + 1,
                    "A variable names base \(number), the file has \(baseCount).")
            }
            return .base(number)
        case let storage:
            throw reader.broken(
                "LTFN-V9", at: start, "The storage of a variable is \(storage); expected 0 to 2.")
        }
    }
}

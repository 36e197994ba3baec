import LTFNBytes
import LTFNCheckpoint

/// The variables of a GGUF file, and where their values are.
struct GGUFTensors {
    /// With what their blocks are, and ties; nothing else is known of them.
    private(set) var variables: [VariableInfo] = []
    /// For every variable where its values begin in the file.
    private(set) var offsets: [UInt64] = []
    private(set) var losses: [FormatLoss] = []
    /// The file's names of tensors that cannot be read.
    private(set) var leftOut: Set<ByteString> = []
    private(set) var notes: [String] = []

    private struct Extent {
        var name: String
        var begin: UInt64
        /// nil: it is not known.
        var byteCount: UInt64?
        /// Among the variables.
        var index: Int?
    }

    /// - Throws: `corrupt`, `truncated`, `limitExceeded`; `unsupportedFeature` for types that are
    ///   not known, unless they may be left out.
    init(
        _ header: GGUFHeader, byteCount: UInt64, selection: ReadingSelection
    ) throws(FormatError) {
        var names = ForeignNames(header.tensors.map(\.name))
        var unreadable = UnreadableParts(selection, kind: "tensor")
        var extents: [Extent] = []
        var taken = Set<ByteString>()
        for tensor in header.tensors {
            guard taken.insert(ByteString(tensor.name)).inserted else {
                throw Self.error(tensor.name, "The name stands twice; expected every name once.")
            }
            var extent = Extent(name: tensor.name, begin: tensor.offset)
            if let type = GGUFTensorType(id: tensor.type) {
                let variable = try Self.variable(tensor, type, &names)
                extent.byteCount = UInt64(variable.tensor.byteCount)
                extent.index = variables.count
                variables.append(variable)
                offsets.append(
                    try CheckedSize.add(header.valueOffset, tensor.offset, of: "an offset"))
            } else {
                let error = FormatError(
                    .unsupportedFeature, format: GGUFFormat.name, variable: tensor.name,
                    GGUFTensorType.sentence(unknown: tensor.type))
                leftOut.insert(ByteString(tensor.name))
                if selection.includes(tensor.name) { unreadable.add(error, named: tensor.name) }
            }
            extents.append(extent)
        }
        try expect(extents, header, byteCount: byteCount)
        losses = try unreadable.losses(remainingCount: variables.count) + names.losses
    }

    private static func variable(
        _ tensor: GGUFHeader.Tensor, _ type: GGUFTensorType, _ names: inout ForeignNames
    ) throws(FormatError) -> VariableInfo {
        do throws(FormatError) {
            let name = try names.variableName(tensor.name, format: GGUFFormat.name)
            let shape = try TensorShape(tensor.dimensions)
            switch type {
            case .elements(let dtype):
                return VariableInfo(name: name, tensor: try TensorInfo(dtype: dtype, shape: shape))
            case .blocks(let type):
                return VariableInfo(name: name, blocks: try BlockTensor(type, shape: shape))
            }
        } catch {
            throw error.named(GGUFFormat.name, variable: error.variable ?? tensor.name)
        }
    }

    private static func error(
        _ name: String, code: FormatError.Code = .corrupt, _ message: String
    ) -> FormatError {
        FormatError(
            code, format: GGUFFormat.name, variable: String(name.prefix(100)), message)
    }
}

// Where values are.
extension GGUFTensors {
    /// Makes sure that the values follow one another from the first byte to the last, and ties
    /// those that are the same bytes.
    private mutating func expect(
        _ extents: [Extent], _ header: GGUFHeader, byteCount: UInt64
    ) throws(FormatError) {
        var last: Extent?
        // Where the next values begin; nil: that is not known.
        var next: UInt64? = 0
        // Where values end, and where the file ends at the latest.
        var (end, padded) = (header.byteCount, header.valueOffset)
        for extent in extents.sorted(by: Self.isBefore) {
            if let last, last.begin == extent.begin, last.byteCount == extent.byteCount,
                last.byteCount != 0, tie(extent.index, to: last.index)
            {
                continue
            }
            if let next, extent.begin != next {
                throw Self.error(
                    extent.name,
                    "Its values begin at \(extent.begin), expected \(next), where those before end: "
                        + "there may be neither holes nor overlaps.")
            }
            let begin = try CheckedSize.add(header.valueOffset, extent.begin, of: "an offset")
            if let length = extent.byteCount {
                end = try CheckedSize.add(begin, length, of: "the file")
                let aligned = try CheckedSize.alignUp(
                    end - header.valueOffset, to: header.alignment, of: "the file")
                padded = try CheckedSize.add(header.valueOffset, aligned, of: "the file")
                next = aligned
            } else {
                next = nil
            }
            last = extent
        }
        guard next != nil else { return }
        try expectEnd(end, padded, byteCount)
    }

    /// Empty values come before those that begin at the same byte.
    private static func isBefore(_ left: Extent, _ right: Extent) -> Bool {
        (left.begin, left.byteCount ?? .max) < (right.begin, right.byteCount ?? .max)
    }

    /// - Returns: whether both are variables of the same type and shape.
    private mutating func tie(_ index: Int?, to other: Int?) -> Bool {
        guard let index, let other, variables[index].tensor == variables[other].tensor,
            variables[index].metadata == variables[other].metadata
        else { return false }
        // The first by name holds the values, as it is written first.
        let target = variables[other].tiedTo ?? variables[other].name
        variables[index].tiedTo = target
        return true
    }

    private mutating func expectEnd(
        _ end: UInt64, _ padded: UInt64, _ byteCount: UInt64
    ) throws(FormatError) {
        if byteCount < end {
            throw FormatError(
                .truncated, format: GGUFFormat.name, offset: byteCount,
                "The values end at byte \(end); the file has \(byteCount) bytes.")
        }
        if byteCount > padded {
            throw FormatError(
                .corrupt, format: GGUFFormat.name, offset: padded,
                "\(NumberText.counted(byteCount - padded, "byte")) follow the last values; expected "
                    + "the end of the file.")
        }
        if byteCount < padded {
            notes.append(
                "The file ends without \(NumberText.counted(padded - byteCount, "byte")) of padding "
                    + "after the last values, which are all there.")
        }
    }
}

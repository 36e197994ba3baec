import LTFNBytes
import LTFNCheckpoint

/// The tensors of a model as variables: each with a name of its own, what it is, and where its
/// values are.
struct CoreMLVariables {
    /// Where values are read.
    enum Storage {
        /// As they are in memory, in pieces of the model.
        case placed([PlacedReader.Piece])
        /// As they are in memory, from a byte of another file on.
        case external(String, UInt64)
        case numbers(ProtobufNumbers, bitsPerNumber: Int, storedByteCount: UInt64)
    }

    struct Variable {
        var info: VariableInfo
        var storage: Storage
        /// What it is called by its layer; nil: that is not told apart from another one.
        var layerName: String?
    }

    private(set) var variables: [Variable] = []
    private(set) var losses: [FormatLoss] = []
    /// What the model holds and is not read.
    private(set) var leftOut: Set<ByteString> = []
    private let files: CoreMLModelFiles
    private let limits: DecodingLimits
    /// The files of weights whose heads were looked at.
    private var known: Set<ByteString> = []

    /// - Parameter names: for tensors by their layers what a file of ours calls them.
    /// - Throws: `unsupportedFeature`, `corrupt` and others for tensors that cannot be read, unless
    ///   `selection` leaves them out.
    init(
        _ content: CoreMLContent, _ files: CoreMLModelFiles, names given: [ByteString: String],
        selection: ReadingSelection
    ) throws(FormatError) {
        self.files = files
        limits = content.limits
        let wanted = content.found.map { given[ByteString($0.name)] ?? $0.name }
        var distinct = DistinctNames(wanted)
        let names = wanted.map { distinct.take($0) }
        var unreadable = UnreadableParts(selection, kind: "tensor")
        var foreign = ForeignNames(names)
        var counts: [ByteString: Int] = [:]
        for item in content.found { counts[ByteString(item.name), default: 0] += 1 }
        for (item, name) in zip(content.found, names) {
            guard selection.includes(name) else {
                leftOut.insert(ByteString(name))
                continue
            }
            do throws(FormatError) {
                var (info, storage) = try read(item)
                info.name = try foreign.variableName(name, format: CoreMLFormat.name)
                try variables.makeRoomForOne()
                variables.append(
                    Variable(
                        info: info, storage: storage,
                        layerName: counts[ByteString(item.name)] == 1 ? item.name : nil))
            } catch {
                if error.code == .io || error.code == .limitExceeded { throw error }
                unreadable.add(
                    error.named(CoreMLFormat.name, variable: String(name.prefix(100))), named: name)
                leftOut.insert(ByteString(name))
            }
        }
        losses = try unreadable.losses(remainingCount: variables.count) + foreign.losses
        try tie()
    }
}

// Where values are.
extension CoreMLVariables {
    /// A variable, whose name is given later.
    private mutating func read(
        _ item: CoreMLContent.Found
    ) throws(FormatError) -> (VariableInfo, Storage) {
        switch item.values {
        case .weights(let weights, let extents):
            let (tensor, pieces, metadata) = try weights.tensor(extents, limits: limits)
            return (try Self.info(tensor, metadata), .placed(pieces))
        case .program(let value):
            let (element, shape) = try value.type(limits: limits)
            guard let byteCount = element.byteCount(elementCount: shape.elementCount) else {
                throw value.error(
                    .limitExceeded, "A tensor of shape \(shape) has no byte count.")
            }
            let info: VariableInfo
            if let dtype = element.dtype {
                info = try Self.info(TensorInfo(dtype: dtype, shape: shape), [:])
            } else {
                info = try Self.info(
                    TensorInfo(dtype: .bits8, shape: TensorShape([byteCount])),
                    [
                        "coreml.bits": .u64(UInt64(element.bitCount)),
                        "coreml.shape": .list(shape.dimensions.map { .i64(Int64($0)) }),
                    ])
            }
            return (info, try storage(of: value, element, shape, byteCount))
        }
    }

    private static func info(
        _ tensor: TensorInfo, _ metadata: Metadata
    ) throws(FormatError) -> VariableInfo {
        VariableInfo(name: try VariableName("unnamed"), tensor: tensor, metadata: metadata)
    }

    private mutating func storage(
        of value: CoreMLProgramValue, _ element: CoreMLElementType, _ shape: TensorShape,
        _ byteCount: Int
    ) throws(FormatError) -> Storage {
        switch value.values {
        case .none:
            guard byteCount == 0 else {
                throw value.error(
                    .corrupt, "It has no values; \(byteCount) bytes of them were expected.")
            }
            return .placed([])
        case .blob(let file, let offset):
            let blob = try blob(file, offset, value)
            guard blob.typeCode == element.blobCode else {
                throw value.error(
                    .corrupt,
                    "The program and the file of weights tell of elements of different types.")
            }
            guard blob.byteCount == UInt64(byteCount) else {
                throw value.error(
                    .corrupt,
                    "Its values have \(blob.byteCount) bytes in the file of weights; its shape \(shape) "
                        + "takes \(byteCount).")
            }
            return .external(try files.name(of: file), blob.start)
        case .immediate(CoreMLProgramField.Tensor.bytes, let message):
            return try storage(ofBytes: message, value, byteCount)
        case .immediate(let field, let message):
            return try storage(ofNumbers: message, field, value, element, shape)
        }
    }

    private mutating func blob(
        _ file: String, _ offset: UInt64, _ value: CoreMLProgramValue
    ) throws(FormatError) -> CoreMLBlob {
        let name = try files.name(of: file)
        let source = try files.external.source(name)
        if known.insert(ByteString(name)).inserted {
            try CoreMLBlob.expectHead(of: source, name)
        }
        return try CoreMLBlob(at: offset, of: source, name)
    }

    private func storage(
        ofBytes message: ProtobufMessage, _ value: CoreMLProgramValue, _ byteCount: Int
    ) throws(FormatError) -> Storage {
        var range: Range<UInt64> = 0..<0
        try message.forEachField { field, _ throws(FormatError) in
            if field.number == CoreMLProgramField.Tensor.values,
                case .bytes(let found) = field.value
            {
                range = found
            }
        }
        guard range.upperBound - range.lowerBound == UInt64(byteCount) else {
            throw value.error(
                .corrupt,
                "Its values have \(range.upperBound - range.lowerBound) bytes; \(byteCount) were "
                    + "expected.")
        }
        return .placed(
            byteCount == 0
                ? [] : [PlacedReader.Piece(offset: range.lowerBound, byteCount: byteCount)])
    }

    private func storage(
        ofNumbers message: ProtobufMessage, _ field: Int, _ value: CoreMLProgramValue,
        _ element: CoreMLElementType, _ shape: TensorShape
    ) throws(FormatError) -> Storage {
        typealias Field = CoreMLProgramField.Tensor
        guard field == element.field, let dtype = element.dtype else {
            throw value.error(
                .corrupt, "Its values are in a field of another type than its elements are.")
        }
        let coding: ProtobufNumbers.Coding =
            switch field {
            case Field.floats: .fixed32
            case Field.doubles: .fixed64
            default: .varint
            }
        let numbers = ProtobufNumbers(message, field: Field.values, coding: coding)
        let outline = try numbers.outline()
        guard outline.count == UInt64(shape.elementCount) else {
            throw value.error(
                .corrupt,
                "It has \(outline.count) values; its shape \(shape) takes \(shape.elementCount).")
        }
        if let place = outline.place {
            let byteCount = try CheckedSize.int(
                place.upperBound - place.lowerBound, of: "the values")
            return .placed([PlacedReader.Piece(offset: place.lowerBound, byteCount: byteCount)])
        }
        return .numbers(
            numbers, bitsPerNumber: dtype.bitCount, storedByteCount: outline.storedByteCount)
    }
}

// Values that several tensors have in common.
extension CoreMLVariables {
    private struct Place {
        var index: Int
        var file: ByteString
        var start: UInt64
        var end: UInt64
    }

    /// Ties tensors that are the same bytes of a file of weights.
    ///
    /// - Throws: `corrupt` when bytes are those of two tensors in part.
    private mutating func tie() throws(FormatError) {
        var places: [Place] = []
        for (index, variable) in variables.enumerated() {
            guard case .external(let file, let start) = variable.storage,
                variable.info.tensor.byteCount > 0
            else { continue }
            let end = start + UInt64(variable.info.tensor.byteCount)
            places.append(Place(index: index, file: ByteString(file), start: start, end: end))
        }
        places.sort { left, right in
            if left.file != right.file { return left.file < right.file }
            return (left.start, left.end, left.index) < (right.start, right.end, right.index)
        }
        for (last, next) in zip(places, places.dropFirst()) where last.file == next.file {
            guard next.start < last.end else { continue }
            guard next.start == last.start, next.end == last.end else {
                throw FormatError(
                    .corrupt, format: CoreMLFormat.name,
                    variable: variables[next.index].info.name.string, path: next.file.string,
                    "Its values in the file of weights overlap with those of "
                        + "\"\(variables[last.index].info.name)\"; expected bytes of its own, or the "
                        + "same.")
            }
            let other = variables[last.index].info
            guard other.tensor == variables[next.index].info.tensor else { continue }
            variables[next.index].info.tiedTo = other.tiedTo ?? other.name
        }
    }
}

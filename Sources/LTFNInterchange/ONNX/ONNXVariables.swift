import LTFNBytes
import LTFNCheckpoint

/// The tensors of a model as variables: each with a name of its own, what it is, and where its
/// values are.
struct ONNXVariables {
    /// Where values are read.
    enum Storage {
        /// As they are in memory, from a byte of the model on.
        case raw(UInt64)
        /// As they are in memory, in another file.
        case external(String, UInt64)
        case bytes([UInt8])
        case numbers(ProtobufNumbers, ONNXElementType, storedByteCount: UInt64)
    }

    struct Variable {
        var info: VariableInfo
        var storage: Storage
        /// What nodes of the main graph call it; nil: they do not know it.
        var valueName: String?
    }

    private(set) var variables: [Variable] = []
    private(set) var losses: [FormatLoss] = []
    private(set) var hasChecksums = false
    /// What the model holds and is not read.
    private(set) var leftOut: Set<ByteString> = []
    private let source: any ByteSource
    private let external: ExternalFiles

    /// - Throws: `corrupt` for names that stand twice, `unsupportedFeature` and others for tensors
    ///   that cannot be read, unless `selection` leaves them out.
    init(
        _ content: ONNXContent, _ external: ExternalFiles, selection: ReadingSelection
    ) throws(FormatError) {
        self.external = external
        source = content.graph.source
        let names = try ONNXNames(content.found, selection)
        losses = names.losses
        var unreadable = UnreadableParts(selection, kind: "tensor")
        var foreign = ForeignNames(names.items.map(\.name))
        for (index, name) in names.items {
            guard selection.includes(name) else {
                leftOut.insert(ByteString(name))
                continue
            }
            let item = content.found[index]
            do throws(FormatError) {
                let (tensor, storage) = try read(item)
                var info = VariableInfo(
                    name: try foreign.variableName(name, format: ONNXFormat.name), tensor: tensor)
                info.metadata = try Self.metadata(item)
                try variables.makeRoomForOne()
                variables.append(
                    Variable(
                        info: info, storage: storage,
                        valueName: item.isInScope ? item.name : nil))
            } catch {
                if error.code == .io || error.code == .limitExceeded { throw error }
                unreadable.add(error, named: name)
                leftOut.insert(ByteString(name))
            }
        }
        losses += try unreadable.losses(remainingCount: variables.count) + foreign.losses
        for name in content.sparse where selection.includes(name) {
            leftOut.insert(ByteString(name))
            losses.append(
                FormatLoss(
                    .member, variable: try? VariableName(name),
                    "It is a sparse tensor."))
        }
        try tie()
    }

    private static func metadata(_ item: ONNXContent.Found) throws(FormatError) -> Metadata {
        guard case .tensor(let tensor) = item.values,
            !tensor.docString.isEmpty || !tensor.properties.isEmpty
        else { return [:] }
        var pairs: [ByteString: MetadataValue] = [:]
        if !tensor.docString.isEmpty {
            pairs[ByteString("onnx.doc_string")] = .string(tensor.docString)
        }
        for property in tensor.properties {
            pairs[ByteString(property.key)] = .string(property.value)
        }
        return try Metadata(unordered: pairs.map { ($0.key.string, $0.value) })
    }
}

// Where values are.
extension ONNXVariables {
    private mutating func read(
        _ item: ONNXContent.Found
    ) throws(FormatError) -> (TensorInfo, Storage) {
        switch item.values {
        case .number(let dtype, let bytes):
            return (try TensorInfo(dtype: dtype, shape: .scalar), .bytes(bytes))
        case .numbers(let dtype, let numbers):
            let outline = try numbers.outline()
            let count = try CheckedSize.int(outline.count, of: "the constant")
            let info = try TensorInfo(dtype: dtype, shape: TensorShape([count]))
            guard let element = ONNXElementType(dtype) else { return (info, .bytes([])) }
            return (info, Self.storage(numbers, element, outline))
        case .tensor(let tensor):
            let (element, info) = try tensor.type()
            return (info, try storage(of: tensor, element, info))
        }
    }

    private mutating func storage(
        of tensor: ONNXTensor, _ element: ONNXElementType, _ info: TensorInfo
    ) throws(FormatError) -> Storage {
        switch tensor.values {
        case .none:
            guard info.byteCount == 0 else {
                throw tensor.error(
                    .corrupt, "It has no values; \(info.byteCount) bytes of them were expected.")
            }
            return .bytes([])
        case .raw(let range):
            let byteCount = range.upperBound - range.lowerBound
            guard byteCount == UInt64(info.byteCount) else {
                throw tensor.error(
                    .corrupt,
                    "Its values have \(byteCount) bytes; \(info.dtype.rawValue) \(info.shape) takes "
                        + "\(info.byteCount).")
            }
            return .raw(range.lowerBound)
        case .numbers(let numbers):
            return try storage(of: tensor, numbers, element, info)
        case .external(let place):
            return try storage(of: tensor, place, info)
        }
    }

    private static func storage(
        _ numbers: ProtobufNumbers, _ element: ONNXElementType, _ outline: ProtobufNumbers.Outline
    ) -> Storage {
        if let place = outline.place { return .raw(place.lowerBound) }
        return .numbers(numbers, element, storedByteCount: outline.storedByteCount)
    }

    private func storage(
        of tensor: ONNXTensor, _ numbers: ProtobufNumbers, _ element: ONNXElementType,
        _ info: TensorInfo
    ) throws(FormatError) -> Storage {
        guard numbers.field == element.field else {
            throw tensor.error(
                .corrupt,
                "It is of type \(info.dtype.rawValue), and its values are in a field of another type."
            )
        }
        let outline = try numbers.outline()
        let expected = element.numberCount(elementCount: info.shape.elementCount)
        guard let expected, outline.count == UInt64(expected) else {
            throw tensor.error(
                .corrupt,
                "It has \(outline.count) values; \(info.dtype.rawValue) \(info.shape) takes "
                    + "\(expected.map(String.init) ?? "more than there are numbers for").")
        }
        return Self.storage(numbers, element, outline)
    }

    private mutating func storage(
        of tensor: ONNXTensor, _ place: ONNXExternalPlace, _ info: TensorInfo
    ) throws(FormatError) -> Storage {
        let source: any ByteSource
        do throws(FormatError) {
            source = try external.source(place.location)
        } catch {
            throw error.named(ONNXFormat.name, variable: String(tensor.name.prefix(100)))
        }
        hasChecksums = hasChecksums || place.hasChecksum
        let (start, length) = (place.offset, source.byteCount)
        guard start <= length, place.byteCount ?? 0 <= length - start else {
            throw tensor.error(
                .truncated,
                "Its values are from byte \(start)\(place.byteCount.map { " to \(start + $0)" } ?? "") "
                    + "of \"\(place.location.prefix(200))\", which has \(length) bytes.")
        }
        let byteCount = place.byteCount ?? length - start
        guard byteCount == UInt64(info.byteCount) else {
            throw tensor.error(
                .corrupt,
                "\(byteCount) bytes of \"\(place.location.prefix(200))\" are given for its values; "
                    + "\(info.dtype.rawValue) \(info.shape) takes \(info.byteCount).")
        }
        return .external(place.location, start)
    }
}

// Values that several tensors have in common.
extension ONNXVariables {
    private struct Range {
        var index: Int
        var file: ByteString
        var start: UInt64
        var end: UInt64
    }

    /// Ties tensors that are the same bytes of another file.
    ///
    /// - Throws: `corrupt` when bytes are those of two tensors in part.
    private mutating func tie() throws(FormatError) {
        var ranges: [Range] = []
        for (index, variable) in variables.enumerated() {
            guard case .external(let file, let start) = variable.storage,
                variable.info.tensor.byteCount > 0
            else { continue }
            let end = start + UInt64(variable.info.tensor.byteCount)
            ranges.append(Range(index: index, file: ByteString(file), start: start, end: end))
        }
        ranges.sort { left, right in
            if left.file != right.file { return left.file < right.file }
            return (left.start, left.end) < (right.start, right.end)
                || (left.start, left.end) == (right.start, right.end)
                    && variables[left.index].info.name < variables[right.index].info.name
        }
        for (last, next) in zip(ranges, ranges.dropFirst()) where last.file == next.file {
            guard next.start < last.end else { continue }
            guard next.start == last.start, next.end == last.end else {
                throw FormatError(
                    .corrupt, format: ONNXFormat.name,
                    variable: variables[next.index].info.name.string,
                    "Its values in \"\(next.file.string.prefix(200))\" overlap with those of "
                        + "\"\(variables[last.index].info.name)\"; expected bytes of its own, or the "
                        + "same.")
            }
            let other = variables[last.index].info
            guard other.tensor == variables[next.index].info.tensor else { continue }
            variables[next.index].info.tiedTo = other.tiedTo ?? other.name
        }
    }
}

extension ONNXVariables {
    /// The values of a small variable of 64-bit integers, if they stand in the model itself.
    ///
    /// - Throws: `corrupt`, `truncated`, `io`.
    func integers(of variable: Variable) throws(FormatError) -> [Int64] {
        let count = variable.info.tensor.shape.elementCount
        guard variable.info.tensor.dtype == .i64, count <= 8 else { return [] }
        let bytes: [UInt8]
        switch variable.storage {
        case .raw(let offset): bytes = try source.read(at: offset, byteCount: 8 * count)
        case .bytes(let known): bytes = known
        case .external: return []
        case .numbers(let numbers, _, _):
            var iterator = ProtobufNumberIterator(numbers)
            var integers: [Int64] = []
            while let bits = try iterator.next() { integers.append(Int64(bitPattern: bits)) }
            return integers
        }
        return stride(from: 0, to: bytes.count, by: 8).map { start in
            bytes[start..<start + 8].reversed().reduce(0) { $0 << 8 | Int64($1) }
        }
    }
}

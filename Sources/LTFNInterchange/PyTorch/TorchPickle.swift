import LTFNBytes
import LTFNCheckpoint

/// A pickle of PyTorch: which of its values are tensors.
struct TorchPickle {
    let graph: PickleGraph
    let format: String
    let limits: DecodingLimits

    private static let utilities = "torch._utils."
    /// How often a tensor is wrapped as a parameter, at most.
    private static let wrappingLimit = 8

    /// Whether a value is a tensor of whatever kind.
    func isTensor(_ number: Int) -> Bool {
        switch graph[number] {
        case .object(let object):
            object.function.hasPrefix(Self.utilities)
                || object.function == "torch._tensor._rebuild_from_type_v2"
                || object.function.hasPrefix("torch.") && object.function.hasSuffix("Tensor")
                || object.function.hasPrefix("torch.nn.parameter.")
        // A storage that no tensor stands before is values all the same.
        case .persistent: true
        default: false
        }
    }

    /// - Throws: `unsupportedFeature` for a kind of tensor that cannot be read; `corrupt`,
    ///   `limitExceeded`.
    func tensor(_ number: Int) throws(FormatError) -> TorchTensor {
        try tensor(number, wrapped: 0)
    }

    private func tensor(_ number: Int, wrapped depth: Int) throws(FormatError) -> TorchTensor {
        guard depth <= Self.wrappingLimit else {
            throw unsupported("is wrapped more than \(Self.wrappingLimit) times")
        }
        guard case .object(let object) = graph[number] else {
            throw unsupported("is a storage without a tensor")
        }
        return try tensor(
            object.function, graph.elements(object.arguments) ?? [], wrapped: depth)
    }

    private func tensor(
        _ function: String, _ arguments: [Int], wrapped depth: Int
    ) throws(FormatError) -> TorchTensor {
        func expect(_ counts: ClosedRange<Int>) throws(FormatError) {
            guard counts.contains(arguments.count) else {
                throw corrupt("\(function) has \(arguments.count) arguments")
            }
        }
        switch function {
        case "torch._utils._rebuild_tensor":
            try expect(4...4)
            return try view(arguments, dtype: nil)
        case "torch._utils._rebuild_tensor_v2":
            try expect(6...7)
            try expectPlain(arguments.count > 6 ? arguments[6] : nil)
            return try view(arguments, dtype: nil)
        case "torch._utils._rebuild_tensor_v3":
            try expect(7...8)
            try expectPlain(arguments.count > 7 ? arguments[7] : nil)
            guard let name = graph.global(arguments[6]) else {
                throw corrupt("\(function) has no dtype")
            }
            return try view(arguments, dtype: name)
        case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state":
            try expect(3...4)
            return try tensor(arguments[0], wrapped: depth + 1)
        case "torch._tensor._rebuild_from_type_v2":
            try expect(4...4)
            guard let inner = graph.global(arguments[0]),
                let innerArguments = graph.elements(arguments[2])
            else { throw corrupt("\(function) has no function") }
            guard inner != function else { throw unsupported("is wrapped twice") }
            return try tensor(inner, innerArguments, wrapped: depth)
        case "torch._utils._rebuild_qtensor":
            throw unsupported("is quantized. Save tensor.dequantize()")
        case "torch._utils._rebuild_sparse_tensor", "torch._utils._rebuild_sparse_csr_tensor":
            throw unsupported("is sparse. Save tensor.to_dense()")
        case "torch._utils._rebuild_nested_tensor": throw unsupported("is nested")
        case "torch._utils._rebuild_meta_tensor_no_storage":
            throw unsupported("has no values (device meta)")
        default: throw unsupported("is made by \(function.prefix(80))")
        }
    }

    /// A view of a storage: storage, offset, shape and strides come first in all forms.
    private func view(_ arguments: [Int], dtype name: String?) throws(FormatError) -> TorchTensor {
        guard let rank = axes(arguments[2])?.count else {
            throw corrupt("a tensor has no shape")
        }
        // What is shared by many tensors is not gone through before it is known to be short.
        guard rank <= limits.rank else {
            throw FormatError(
                .limitExceeded, format: format,
                "The tensor has \(rank) axes; \(limits.rank) are allowed.")
        }
        guard axes(arguments[3])?.count == rank, let offset = graph.int(arguments[1]),
            let dimensions = ints(axes(arguments[2])), let strides = ints(axes(arguments[3]))
        else {
            throw corrupt("a tensor's offset, shape and strides are no whole numbers, or too few")
        }
        let (storage, dtype) = try storage(arguments[0], dtype: name)
        let info: TensorInfo
        do throws(FormatError) {
            info = try TensorInfo(dtype: dtype, shape: TensorShape(dimensions))
        } catch {
            throw error.named(format)
        }
        let tensor = TorchTensor(storage: storage, info: info, offset: offset, strides: strides)
        try tensor.expectInside(format: format)
        return tensor
    }

    /// The parts of a tuple, also of one that is wrapped as `torch.Size`.
    private func axes(_ number: Int) -> [Int]? {
        if case .object(let object) = graph[number], object.function == "torch.Size" {
            return graph.elements(object.arguments)?.first.flatMap(graph.elements)
        }
        return graph.elements(number)
    }

    private func ints(_ numbers: [Int]?) -> [Int]? {
        guard let numbers else { return nil }
        let values = numbers.compactMap(graph.int)
        return values.count == numbers.count ? values : nil
    }

    /// Makes sure that nothing changes the values when they are used.
    private func expectPlain(_ metadata: Int?) throws(FormatError) {
        guard let metadata, case .dictionary(let items) = graph[metadata] else { return }
        guard items.count <= 64 else { throw corrupt("a tensor has many states of its values") }
        for index in stride(from: 0, to: items.count, by: 2) {
            guard case .bool(true) = graph[items[index + 1]], let key = graph.text(items[index])
            else { continue }
            throw unsupported(
                "has a pending \(key.prefix(20)). Save tensor.resolve_conj().resolve_neg()")
        }
    }
}

// Storages.
extension TorchPickle {
    /// What a persistent id says: `("storage", type, key, location, element count[, view])`.
    private func storage(
        _ number: Int, dtype name: String?
    ) throws(FormatError) -> (TorchStorageKey, DType) {
        guard case .persistent(let id) = graph[number], let fields = graph.elements(id),
            fields.count == 5 || fields.count == 6, graph.text(fields[0]) == "storage",
            let type = graph.global(fields[1]), let key = graph.storageKey(fields[2]),
            let elementCount = graph.int(fields[4]), elementCount >= 0
        else {
            throw corrupt("a tensor has no storage; expected its type, key, place and length")
        }
        // One key is used by many tensors.
        guard key.utf8.count <= PickleGraph.storageKeyByteCount else {
            throw FormatError(
                .limitExceeded, format: format,
                "The key of a storage has \(key.utf8.count) bytes; "
                    + "\(PickleGraph.storageKeyByteCount) are allowed.")
        }
        let isUntyped = TorchElementType.isUntyped(storage: type)
        let kind =
            name.map { TorchElementType.kind(dtype: $0) }
            ?? (isUntyped ? .dtype(.u8) : TorchElementType.kind(storage: type))
        switch kind {
        case nil: throw corrupt("a tensor is of \((name ?? type).prefix(80))")
        case .unknown(let what)?: throw unsupported("is \(what)")
        case .dtype(let dtype)?:
            let unit = isUntyped ? 1 : dtype.bitCount / 8
            let (byteCount, overflow) = elementCount.multipliedReportingOverflow(by: unit)
            guard !overflow else { throw corrupt("a storage has no byte count") }
            var storage = TorchStorageKey(key: key, byteCount: byteCount)
            if fields.count == 6 { try narrow(&storage, to: fields[5], unit: unit) }
            return (storage, dtype)
        }
    }

    /// Applies a view of a storage, of files from before 1.6: its key, where it begins, its length.
    private func narrow(
        _ storage: inout TorchStorageKey, to number: Int, unit: Int
    ) throws(FormatError) {
        if case .none = graph[number] { return }
        guard let fields = graph.elements(number), fields.count == 3,
            let offset = graph.int(fields[1]), let count = graph.int(fields[2]),
            offset >= 0, count >= 0, offset <= storage.byteCount / unit,
            count <= storage.byteCount / unit - offset
        else { throw corrupt("a view leads out of its storage") }
        storage.viewOffset = offset * unit
        storage.viewByteCount = count * unit
    }

    func unsupported(_ what: String) -> FormatError {
        FormatError(.unsupportedFeature, format: format, "The tensor \(what).")
    }

    func corrupt(_ what: String) -> FormatError {
        FormatError(.corrupt, format: format, "In the pickle, \(what).")
    }
}

extension PickleGraph {
    /// How long the key of a storage may be.
    static let storageKeyByteCount = 256

    /// The key of a storage: a string; from Python 2, or written by others, also a number.
    func storageKey(_ number: Int) -> String? {
        text(number) ?? int(number).map(String.init)
    }
}

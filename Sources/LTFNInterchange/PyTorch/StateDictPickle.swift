import LTFNBytes
import LTFNCheckpoint

/// The pickle of a state dict: an ordered dict of tensors, as `torch.save` writes it.
struct StateDictPickle {
    /// For every storage the variable whose values it has.
    let storages: [Int]
    let bytes: [UInt8]

    init(_ manifest: Manifest) throws(FormatError) {
        let variables = manifest.variables
        // Whoever has the values comes first: readers tie the others to it.
        storages = variables.indices.filter { variables[$0].tiedTo == nil }
        var keys: [VariableName: Int] = [:]
        for (key, index) in storages.enumerated() { keys[variables[index].name] = key }
        let tied = variables.indices.filter { variables[$0].tiedTo != nil }
        var pickle = PickleWriter()
        Self.orderedDict(&pickle)
        pickle.op(.mark)
        for index in storages + tied {
            let variable = variables[index]
            pickle.text(variable.name.string)
            try Self.tensor(
                variable, storage: keys[variable.tiedTo ?? variable.name] ?? 0, &pickle)
        }
        pickle.op(.setItems)
        bytes = pickle.bytes
    }

    private static func orderedDict(_ pickle: inout PickleWriter) {
        pickle.global("collections", "OrderedDict")
        pickle.op(.emptyTuple)
        pickle.op(.reduce)
    }

    private static func tensor(
        _ variable: VariableInfo, storage key: Int, _ pickle: inout PickleWriter
    ) throws(FormatError) {
        let info = variable.tensor
        guard let name = TorchElementType.name(of: info.dtype),
            let strides = strides(of: info.shape)
        else {
            throw FormatError(
                .notRepresentable, format: TorchFormat.name, variable: variable.name.string,
                "PyTorch has no such tensor.")
        }
        let storage = TorchElementType.storage(of: info.dtype)
        pickle.global(
            "torch._utils", storage == nil ? "_rebuild_tensor_v3" : "_rebuild_tensor_v2")
        pickle.op(.mark)
        pickle.op(.mark)
        pickle.word("storage")
        if let storage {
            pickle.global("torch", storage)
        } else {
            pickle.global("torch.storage", "UntypedStorage")
        }
        pickle.text(String(key))
        pickle.word("cpu")
        pickle.int(storage == nil ? info.byteCount : info.shape.elementCount)
        pickle.op(.tuple)
        pickle.op(.binPersistentID)
        pickle.int(0)
        pickle.ints(info.shape.dimensions)
        pickle.ints(strides)
        // It needs no gradient, and has no hooks.
        pickle.bool(false)
        orderedDict(&pickle)
        if storage == nil { pickle.global("torch", name) }
        pickle.op(.tuple)
        pickle.op(.reduce)
    }

    /// Row-major strides in elements; nil when one has no Int.
    static func strides(of shape: TensorShape) -> [Int]? {
        var strides: [Int] = []
        var stride = 1
        for count in shape.dimensions.reversed() {
            strides.append(stride)
            let (next, overflow) = stride.multipliedReportingOverflow(by: max(1, count))
            if overflow { return nil }
            stride = next
        }
        return strides.reversed()
    }
}

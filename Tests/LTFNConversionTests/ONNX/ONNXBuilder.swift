import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import TestSupport

/// Models of ONNX field by field, also such as no tool writes.
enum ONNXBuilder {
    typealias Fields = (inout ProtobufWriter) -> Void

    /// A model with this graph.
    static func model(
        irVersion: Int64 = 8, opset: Int64 = 13, _ extra: Fields = { _ in }, graph: Fields
    ) -> [UInt8] {
        var model = ProtobufWriter()
        model.varint(ONNXField.Model.irVersion, irVersion)
        model.message(ONNXField.Model.opsetImport) {
            $0.varint(ONNXField.OperatorSet.version, opset)
        }
        extra(&model)
        model.message(ONNXField.Model.graph, graph)
        return model.bytes
    }

    /// A model of these tensors.
    static func model(tensors: [Fields]) -> [UInt8] {
        model { graph in
            for tensor in tensors { graph.message(ONNXField.Graph.initializer, tensor) }
        }
    }

    /// The fields of a tensor; one of float32 unless told.
    static func tensor(
        _ name: String, _ dims: [Int64] = [2], type: Int64 = 1, raw: [UInt8]? = nil,
        _ extra: @escaping Fields = { _ in }
    ) -> Fields {
        { tensor in
            for extent in dims { tensor.varint(ONNXField.Tensor.dims, extent) }
            tensor.varint(ONNXField.Tensor.dataType, type)
            tensor.string(ONNXField.Tensor.name, name)
            if let raw { tensor.bytes(ONNXField.Tensor.rawData, raw) }
            extra(&tensor)
        }
    }

    /// A tensor whose values are in another file.
    static func external(
        _ name: String, _ dims: [Int64] = [2], _ location: String, offset: String? = nil,
        length: String? = nil
    ) -> Fields {
        tensor(name, dims) { tensor in
            let entries = [("location", location), ("offset", offset), ("length", length)]
            for (key, value) in entries {
                guard let value else { continue }
                tensor.message(ONNXField.Tensor.externalData) { entry in
                    entry.string(ONNXField.Entry.key, key)
                    entry.string(ONNXField.Entry.value, value)
                }
            }
            tensor.varint(ONNXField.Tensor.dataLocation, UInt64(1))
        }
    }

    static func read(
        _ bytes: [UInt8], _ selection: ReadingSelection = .everything
    ) throws(FormatError) -> Checkpoint {
        try Checkpoint(
            reading: ONNXFormat(selection: selection).open(MemorySource(bytes), limits: .standard))
    }

    /// A model called `model.onnx` with files beside it.
    static func read(
        _ model: [UInt8], beside files: [String: [UInt8]]
    ) throws(FormatError) -> Checkpoint {
        let all = files.merging(["model.onnx": model]) { $1 }
        return try Checkpoint(
            reading: ONNXFormat().open(
                MemoryFileSet(all, name: "model.onnx"), limits: .standard))
    }

    /// What is wrong with a model; nil: nothing.
    static func error(
        _ model: [UInt8], beside files: [String: [UInt8]] = [:]
    ) -> FormatError? {
        formatError { () throws(FormatError) in try read(model, beside: files) }
    }
}

extension Checkpoint {
    /// The bytes of a variable.
    func array(_ name: String) throws -> [UInt8]? {
        manifest.index(of: try VariableName(name)).map { tensors[$0].array }
    }
}

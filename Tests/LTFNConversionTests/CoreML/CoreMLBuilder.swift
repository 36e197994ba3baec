import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import TestSupport

/// Models of Core ML field by field, also such as no tool writes. The numbers are those of its
/// specification, told once more.
enum CoreMLBuilder {
    typealias Fields = (inout ProtobufWriter) -> Void

    /// A model that is a neural network with these fields.
    static func model(
        version: UInt64 = 4, description: Fields = { _ in }, _ network: Fields
    ) -> [UInt8] {
        var model = ProtobufWriter()
        model.varint(1, version)
        model.message(2, description)
        model.message(500, network)
        return model.bytes
    }

    /// A model of these layers.
    static func model(layers: [Fields]) -> [UInt8] {
        model { network in
            for layer in layers { network.message(1, layer) }
        }
    }

    static func layer(_ name: String, _ kind: Int, _ parameters: @escaping Fields) -> Fields {
        { layer in
            layer.string(1, name)
            layer.message(kind, parameters)
        }
    }

    /// A layer that is a tensor.
    static func constant(
        _ name: String, _ shape: [UInt64], _ data: @escaping Fields
    ) -> Fields {
        layer(name, 1070) { constant in
            for extent in shape { constant.varint(1, extent) }
            constant.message(2, data)
        }
    }

    /// Values of float32, packed.
    static func floats(_ values: [Float]) -> Fields {
        { weights in
            weights.bytes(1, values.flatMap { Self.bytes(UInt64($0.bitPattern), 4) })
        }
    }

    static func bytes(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }

    static func read(
        _ bytes: [UInt8], _ selection: ReadingSelection = .everything
    ) throws(FormatError) -> Checkpoint {
        try Checkpoint(
            reading: CoreMLFormat(selection: selection).open(
                MemorySource(bytes), limits: .standard))
    }

    /// What is wrong with a model; nil: nothing.
    static func error(_ model: [UInt8]) -> FormatError? {
        formatError { () throws(FormatError) in try read(model) }
    }
}

// ML programs.
extension CoreMLBuilder {
    /// A model that is a program with these operations.
    static func program(_ operations: [Fields]) -> [UInt8] {
        var model = ProtobufWriter()
        model.varint(1, UInt64(8))
        model.message(2) { _ in }
        model.message(502) { program in
            program.message(2) { entry in
                entry.string(1, "main")
                entry.message(2) { function in
                    function.message(3) { entry in
                        entry.string(1, "CoreML7")
                        entry.message(2) { block in
                            for operation in operations { block.message(3, operation) }
                        }
                    }
                }
            }
        }
        return model.bytes
    }

    /// An operation that makes a tensor of this type and shape.
    static func constant(
        _ name: String, type: UInt64, _ shape: [UInt64?], _ value: @escaping Fields
    ) -> Fields {
        { operation in
            operation.string(1, "const")
            operation.message(3) { $0.string(1, name) }
            operation.message(5) { entry in
                entry.string(1, "val")
                entry.message(2) { whole in
                    whole.message(2) { $0.message(1) { Self.tensorType(&$0, type, shape) } }
                    value(&whole)
                }
            }
        }
    }

    private static func tensorType(
        _ tensor: inout ProtobufWriter, _ type: UInt64, _ shape: [UInt64?]
    ) {
        tensor.varint(1, type)
        tensor.varint(2, UInt64(shape.count))
        for extent in shape {
            tensor.message(3) { dimension in
                if let extent {
                    dimension.message(1) { $0.varint(1, extent) }
                } else {
                    dimension.message(2) { _ in }
                }
            }
        }
    }

    /// Values in the program, in the field of a type of numbers.
    static func immediate(_ field: Int, _ values: @escaping Fields) -> Fields {
        { value in value.message(3) { $0.message(1) { $0.message(field, values) } } }
    }

    /// Values in a file of weights.
    static func blob(
        _ offset: UInt64, _ file: String = "@model_path/weights/weight.bin"
    ) -> Fields {
        { value in
            value.message(5) { blob in
                blob.string(1, file)
                blob.varint(2, offset)
            }
        }
    }

    /// A file of weights with these tensors, each with its type and values, and where their records
    /// are.
    static func weights(
        _ tensors: [(type: UInt32, values: [UInt8])]
    ) -> (bytes: [UInt8], offsets: [UInt64]) {
        var file = bytes(UInt64(tensors.count), 4) + bytes(2, 4)
        file += [UInt8](repeating: 0, count: 56)
        var offsets: [UInt64] = []
        for tensor in tensors {
            offsets.append(UInt64(file.count))
            file += record(
                type: tensor.type, byteCount: UInt64(tensor.values.count),
                start: UInt64(file.count + 64))
            file += tensor.values
            file += [UInt8](repeating: 0, count: (64 - tensor.values.count % 64) % 64)
        }
        return (file, offsets)
    }

    static func record(type: UInt32, byteCount: UInt64, start: UInt64) -> [UInt8] {
        bytes(0xDEAD_BEEF, 4) + bytes(UInt64(type), 4) + bytes(byteCount, 8) + bytes(start, 8)
            + [UInt8](repeating: 0, count: 40)
    }

    static let manifest = """
        {"fileFormatVersion": "1.0.0", "rootModelIdentifier": "it", "itemInfoEntries":
        {"it": {"path": "com.apple.CoreML/model.mlmodel"}}}
        """

    /// The files of a package.
    static func package(
        _ model: [UInt8], weights: [UInt8]? = nil, manifest: String = manifest
    ) -> [String: [UInt8]] {
        var files = ["Manifest.json": Array(manifest.utf8)]
        files["Data/com.apple.CoreML/model.mlmodel"] = model
        files["Data/com.apple.CoreML/weights/weight.bin"] = weights
        return files
    }

    static func read(package files: [String: [UInt8]]) throws(FormatError) -> Checkpoint {
        try Checkpoint(
            reading: CoreMLFormat().open(
                MemoryFileSet(files, name: "a.mlpackage"), limits: .standard))
    }

    static func error(package files: [String: [UInt8]]) -> FormatError? {
        formatError { () throws(FormatError) in try read(package: files) }
    }
}

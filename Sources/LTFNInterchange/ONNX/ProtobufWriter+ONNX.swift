import LTFNCheckpoint

extension ProtobufWriter {
    /// The numbers of types of attributes.
    private enum AttributeType {
        static let int: UInt64 = 2
        static let ints: UInt64 = 7
    }

    /// An attribute of a node.
    mutating func attribute(_ name: String, int value: Int) {
        message(ONNXField.Node.attribute) { attribute in
            attribute.string(ONNXField.Attribute.name, name)
            attribute.varint(ONNXField.Attribute.int, Int64(value))
            attribute.varint(ONNXField.Attribute.type, AttributeType.int)
        }
    }

    mutating func attribute(_ name: String, ints values: [Int]) {
        message(ONNXField.Node.attribute) { attribute in
            attribute.string(ONNXField.Attribute.name, name)
            for value in values { attribute.varint(ONNXField.Attribute.ints, Int64(value)) }
            attribute.varint(ONNXField.Attribute.type, AttributeType.ints)
        }
    }

    /// An input or output of a graph: float32, any number of examples of a shape.
    mutating func valueInfo(
        _ number: Int, _ name: String, _ dimensions: [Int], _ docString: String
    ) {
        message(number) { info in
            info.string(ONNXField.ValueInfo.name, name)
            info.message(ONNXField.ValueInfo.type) { type in
                type.message(ONNXField.TypeProto.tensorType) { $0.tensorType(dimensions) }
            }
            if !docString.isEmpty { info.string(ONNXField.ValueInfo.docString, docString) }
        }
    }

    private mutating func tensorType(_ dimensions: [Int]) {
        varint(ONNXField.TensorType.elementType, UInt64(1))
        message(ONNXField.TensorType.shape) { shape in
            shape.message(ONNXField.Shape.dimension) { $0.string(ONNXField.Shape.parameter, "N") }
            for dimension in dimensions {
                shape.message(ONNXField.Shape.dimension) {
                    $0.varint(ONNXField.Shape.value, Int64(dimension))
                }
            }
        }
    }
}

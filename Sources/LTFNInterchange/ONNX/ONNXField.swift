/// The numbers of the fields that are read and written, by message, as `onnx.proto` has them.
package enum ONNXField {
    package enum Model {
        package static let irVersion = 1
        package static let producerName = 2
        package static let producerVersion = 3
        package static let domain = 4
        package static let modelVersion = 5
        package static let docString = 6
        package static let graph = 7
        package static let opsetImport = 8
        package static let metadataProps = 14
        package static let trainingInfo = 20
        package static let functions = 25
        package static let configuration = 26
    }

    package enum OperatorSet {
        package static let domain = 1
        package static let version = 2
    }

    /// `StringStringEntryProto`
    package enum Entry {
        package static let key = 1
        package static let value = 2
    }

    package enum Training {
        package static let initialization = 1
        package static let algorithm = 2
    }

    package enum Function {
        package static let name = 1
        package static let node = 7
    }

    package enum Graph {
        package static let node = 1
        package static let name = 2
        package static let initializer = 5
        package static let docString = 10
        package static let input = 11
        package static let output = 12
        package static let sparseInitializer = 15
    }

    package enum Node {
        package static let input = 1
        package static let output = 2
        package static let name = 3
        package static let opType = 4
        package static let attribute = 5
        package static let domain = 7
    }

    package enum Attribute {
        package static let name = 1
        package static let float = 2
        package static let int = 3
        package static let string = 4
        package static let tensor = 5
        package static let graph = 6
        package static let floats = 7
        package static let ints = 8
        package static let strings = 9
        package static let tensors = 10
        package static let graphs = 11
        package static let type = 20
        package static let sparseTensor = 22
        package static let sparseTensors = 23
    }

    package enum Tensor {
        package static let dims = 1
        package static let dataType = 2
        package static let segment = 3
        package static let floatData = 4
        package static let int32Data = 5
        package static let stringData = 6
        package static let int64Data = 7
        package static let name = 8
        package static let rawData = 9
        package static let doubleData = 10
        package static let uint64Data = 11
        package static let docString = 12
        package static let externalData = 13
        package static let dataLocation = 14
        package static let metadataProps = 16
    }

    package enum SparseTensor {
        package static let values = 1
    }

    package enum ValueInfo {
        package static let name = 1
        package static let type = 2
        package static let docString = 3
    }

    package enum TypeProto {
        package static let tensorType = 1
    }

    package enum TensorType {
        package static let elementType = 1
        package static let shape = 2
    }

    package enum Shape {
        package static let dimension = 1
        package static let value = 1
        package static let parameter = 2
    }
}

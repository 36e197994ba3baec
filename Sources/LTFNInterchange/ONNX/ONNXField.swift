/// The numbers of the fields that are read and written, by message, as `onnx.proto` has them.
enum ONNXField {
    enum Model {
        static let irVersion = 1
        static let producerName = 2
        static let producerVersion = 3
        static let domain = 4
        static let modelVersion = 5
        static let docString = 6
        static let graph = 7
        static let opsetImport = 8
        static let metadataProps = 14
        static let trainingInfo = 20
        static let functions = 25
        static let configuration = 26
    }

    enum OperatorSet {
        static let domain = 1
        static let version = 2
    }

    /// `StringStringEntryProto`
    enum Entry {
        static let key = 1
        static let value = 2
    }

    enum Training {
        static let initialization = 1
        static let algorithm = 2
    }

    enum Function {
        static let name = 1
        static let node = 7
    }

    enum Graph {
        static let node = 1
        static let name = 2
        static let initializer = 5
        static let docString = 10
        static let input = 11
        static let output = 12
        static let sparseInitializer = 15
    }

    enum Node {
        static let input = 1
        static let output = 2
        static let name = 3
        static let opType = 4
        static let attribute = 5
        static let domain = 7
    }

    enum Attribute {
        static let name = 1
        static let float = 2
        static let int = 3
        static let string = 4
        static let tensor = 5
        static let graph = 6
        static let floats = 7
        static let ints = 8
        static let strings = 9
        static let tensors = 10
        static let graphs = 11
        static let type = 20
        static let sparseTensor = 22
        static let sparseTensors = 23
    }

    enum Tensor {
        static let dims = 1
        static let dataType = 2
        static let segment = 3
        static let floatData = 4
        static let int32Data = 5
        static let stringData = 6
        static let int64Data = 7
        static let name = 8
        static let rawData = 9
        static let doubleData = 10
        static let uint64Data = 11
        static let docString = 12
        static let externalData = 13
        static let dataLocation = 14
        static let metadataProps = 16
    }

    enum SparseTensor {
        static let values = 1
    }

    enum ValueInfo {
        static let name = 1
        static let type = 2
        static let docString = 3
    }

    enum TypeProto {
        static let tensorType = 1
    }

    enum TensorType {
        static let elementType = 1
        static let shape = 2
    }

    enum Shape {
        static let dimension = 1
        static let value = 1
        static let parameter = 2
    }
}

/// The numbers of the fields that are read and written, by message, as the specification of Core ML
/// has them.
package enum CoreMLField {
    package enum Model {
        package static let specificationVersion = 1
        package static let description = 2
        package static let isUpdatable = 10
        package static let neuralNetwork = 500
    }

    enum Pipeline {
        static let models = 1
        static let names = 2
        /// Of a classifier or a regressor, the pipeline itself.
        static let pipeline = 1
    }

    enum Description {
        static let input = 1
        static let output = 10
        static let metadata = 100
    }

    enum Metadata {
        static let shortDescription = 1
        static let version = 2
        static let author = 3
        static let license = 4
        static let userDefined = 100
    }

    /// Of all maps.
    enum Entry {
        static let key = 1
        static let value = 2
    }

    enum Feature {
        static let name = 1
        static let shortDescription = 2
        static let type = 3
    }

    enum FeatureType {
        static let image = 4
        static let array = 5
    }

    enum Image {
        static let width = 1
        static let height = 2
        static let colorSpace = 3
    }

    enum Array {
        static let shape = 1
        static let dataType = 2
    }

    package enum Network {
        package static let layers = 1
        static let preprocessing = 2
        static let arrayMapping = 5
        static let imageMapping = 6
        static let updateParameters = 10
    }

    enum Preprocessing {
        static let featureName = 1
        static let scaler = 10
        static let meanImage = 11
    }

    enum Scaler {
        static let channelScale = 10
        static let blueBias = 20
        static let greenBias = 21
        static let redBias = 22
        static let grayBias = 30
    }

    package enum Layer {
        package static let name = 1
        package static let input = 2
        package static let output = 3
        /// The first number of a field that says what the layer does.
        static let firstKind = 100
        static let convolution = 100
        static let pooling = 120
        static let activation = 130
        static let innerProduct = 140
        static let softmax = 175
        static let reshape = 300
        static let flatten = 301
        static let branch = 605
        static let loop = 615
        static let softmaxND = 950
        static let loadConstantND = 1070
        static let flattenTo2D = 1130
        static let reshapeStatic = 1140
    }

    enum Convolution {
        static let outputChannels = 1
        static let kernelChannels = 2
        static let groups = 10
        static let kernelSize = 20
        static let stride = 30
        static let dilation = 40
        static let valid = 50
        static let same = 51
        static let isDeconvolution = 60
        static let hasBias = 70
        static let weights = 90
        static let bias = 91
    }

    enum Pooling {
        static let type = 1
        static let kernelSize = 10
        static let stride = 20
        static let valid = 30
        static let same = 31
        static let includeLastPixel = 32
        static let isGlobal = 60
    }

    enum Padding {
        /// Of `ValidPadding`, and of `SamePadding`.
        static let amounts = 1
        static let asymmetryMode = 1
        static let borders = 10
        /// Of a border.
        static let start = 1
        static let end = 2
    }

    enum Activation {
        static let linear = 5
        static let relu = 10
    }

    enum Linear {
        static let alpha = 1
        static let beta = 2
    }

    enum InnerProduct {
        static let inputChannels = 1
        static let outputChannels = 2
        static let hasBias = 10
        static let weights = 20
        static let bias = 21
    }

    enum Constant {
        static let shape = 1
        static let data = 2
    }

    enum Weights {
        static let floats = 1
        static let halves = 2
        static let raw = 30
        static let int8 = 31
        static let quantization = 40
    }

    enum Quantization {
        static let bitCount = 1
        static let linear = 101
        static let table = 102
        /// Of linear ones.
        static let scale = 1
        static let bias = 2
        /// Of tables.
        static let values = 1
    }
}

/// The numbers of the fields of an ML program that are read.
enum CoreMLProgramField {
    enum Program {
        static let functions = 2
    }

    enum Function {
        static let blocks = 3
    }

    enum Block {
        static let operations = 3
    }

    enum Operation {
        static let type = 1
        static let inputs = 2
        static let outputs = 3
        static let blocks = 4
        static let attributes = 5
    }

    enum Named {
        static let name = 1
    }

    enum Argument {
        static let bindings = 1
        /// Of a binding.
        static let value = 2
    }

    enum Value {
        static let type = 2
        static let immediate = 3
        static let blob = 5
    }

    enum ValueType {
        static let tensor = 1
    }

    enum TensorType {
        static let dataType = 1
        static let dimensions = 3
        /// Of a dimension.
        static let constant = 1
        /// Of a constant one.
        static let size = 1
    }

    enum Immediate {
        static let tensor = 1
    }

    enum Tensor {
        static let floats = 1
        static let ints = 2
        static let bools = 3
        static let strings = 4
        static let longInts = 5
        static let doubles = 6
        static let bytes = 7
        /// Of each of them.
        static let values = 1
    }

    enum Blob {
        static let fileName = 1
        static let offset = 2
    }
}

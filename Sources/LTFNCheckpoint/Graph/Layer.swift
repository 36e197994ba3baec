/// One step of a network.
public struct Layer: Hashable, Sendable {
    public var name: String
    public var operation: Operation

    public init(name: String, operation: Operation) {
        self.name = name
        self.operation = operation
    }

    /// What the layer does.
    public enum Operation: Hashable, Sendable {
        /// `[N, H, W, I] float32` → `[N, H', W', O] float32`
        case convolution2D(Convolution2D)
        /// max(0, x)
        case relu
        /// `[N, H, W, C] float32` → `[N, H', W', C] float32`
        case maxPool2D(window: Size2D, strides: Size2D, padding: Padding)
        /// `[N, H, W, C]` → `[N, H · W · C]`, the channel fastest.
        case flatten
        /// `[N, I] float32` · weights `[I, O]` + bias `[O]`
        case dense(weights: VariableName, bias: VariableName?)
    }

    /// A convolution with a kernel of shape `[H, W, I, O]`.
    public struct Convolution2D: Hashable, Sendable {
        public var weights: VariableName
        public var bias: VariableName?
        public var strides: Size2D
        public var padding: Padding

        public init(
            weights: VariableName, bias: VariableName?, strides: Size2D = Size2D(1, 1),
            padding: Padding
        ) {
            self.weights = weights
            self.bias = bias
            self.strides = strides
            self.padding = padding
        }
    }

    /// Along the height and along the width.
    public struct Size2D: Hashable, Sendable {
        public var height: Int
        public var width: Int

        public init(_ height: Int, _ width: Int) {
            self.height = height
            self.width = width
        }
    }

    /// TensorFlow's two rules of padding.
    public enum Padding: String, Hashable, Sendable, CaseIterable {
        /// Zeros all around, the odd one at the end: ⌈input / stride⌉ outputs.
        case same
        /// None: ⌈(input - window + 1) / stride⌉ outputs.
        case valid
    }
}

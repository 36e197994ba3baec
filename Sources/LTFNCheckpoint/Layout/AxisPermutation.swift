import LTFNBytes

/// Another order of a tensor's axes: the values are looked at in one shape, its axes change places,
/// and the result has a shape of as many elements.
public struct AxisPermutation: Hashable, Sendable {
    /// The shape that the values are looked at in.
    public let view: [Int]
    /// For every axis of the permuted view its number in `view`: each once.
    public let axes: [Int]
    /// The shape of the result.
    public let shape: TensorShape

    init(view: [Int], axes: [Int], shape: TensorShape) {
        self.view = view
        self.axes = axes
        self.shape = shape
    }

    /// Whether the values stay where they are.
    public var isIdentity: Bool {
        let long = axes.filter { view[$0] != 1 }
        return zip(long, long.dropFirst()).allSatisfy { $0 < $1 }
    }

    /// The way back, to a tensor of shape `original`.
    public func inverse(_ original: TensorShape) -> AxisPermutation {
        var back = [Int](repeating: 0, count: axes.count)
        for (place, axis) in axes.enumerated() { back[axis] = place }
        return AxisPermutation(view: axes.map { view[$0] }, axes: back, shape: original)
    }

    /// Where the result's elements stand among those of the source.
    ///
    /// - Throws: `limitExceeded` when they have no Int of bytes.
    package func order(elementByteCount: Int) throws(FormatError) -> StridedOrder {
        var strides = [Int](repeating: 0, count: view.count)
        var stride = 1
        for axis in view.indices.reversed() {
            strides[axis] = stride
            // The product of all is that of the source's shape, or 0.
            stride = stride.multipliedReportingOverflow(by: view[axis]).partialValue
        }
        // Without elements strides mean nothing.
        if shape.elementCount == 0 { strides = strides.map { _ in 0 } }
        return try StridedOrder(
            shape: TensorShape(axes.map { view[$0] }), strides: axes.map { strides[$0] },
            elementByteCount: elementByteCount)
    }

    /// The tensor with its axes in the other order.
    ///
    /// - Throws: `notRepresentable` for elements of less than a byte; `io` when memory is short.
    public func applied(to tensor: TensorData) throws(FormatError) -> TensorData {
        let info = try TensorInfo(dtype: tensor.info.dtype, shape: shape)
        let order = try Self.order(self, of: tensor.info.dtype)
        return try TensorData(
            info: info, bytes: order.take(0..<info.byteCount, from: tensor.bytes.bytes))
    }

    /// - Throws: `notRepresentable` for elements of less than a byte.
    package static func order(
        _ permutation: AxisPermutation, of dtype: DType
    ) throws(FormatError) -> StridedOrder {
        guard dtype.bitCount % 8 == 0 else {
            throw FormatError(
                .notRepresentable,
                "The axes of \(dtype.rawValue) tensors, whose elements share bytes, cannot change "
                    + "places.")
        }
        return try permutation.order(elementByteCount: dtype.bitCount / 8)
    }
}

import LTFNBytes
import LTFNCheckpoint

/// How a window of a foreign model goes over an image, by TensorFlow's rules of padding.
struct CoreMLWindow {
    let strides: Layer.Size2D
    let padding: Layer.Padding
    let height: Int
    let width: Int

    /// - Parameters:
    ///   - same: the field of padding by the rule of that name.
    ///   - valid: the field of padding by amounts.
    /// - Throws: `unsupportedFeature` where no layer here goes so; `corrupt`, `truncated`, `io`.
    init(
        _ layer: CoreMLLayer, _ fields: CoreMLParameters, _ window: Layer.Size2D,
        strideField: Int, same: Int, valid: Int, height: Int, width: Int
    ) throws(FormatError) {
        let name = CoreMLGraphReader.named(layer)
        let stated = try fields.list(strideField)
        let steps = stated.isEmpty ? [1, 1] : stated.compactMap { Int(exactly: $0) }
        guard window.height > 0, window.width > 0, steps.count == 2,
            steps.allSatisfy({ (1...1 << 31).contains($0) })
        else { throw CoreMLGraphReader.obstacle("\(name) has strides of another kind") }
        strides = Layer.Size2D(steps[0], steps[1])
        let sides = [
            (extent: height, window: window.height, stride: steps[0]),
            (extent: width, window: window.width, stride: steps[1]),
        ]
        let zeros = sides.map { WindowExtent(same: $0.extent, $0.window, $0.stride) }
        if let message = fields.message(same) {
            let mode = try CoreMLParameters(message).number(CoreMLField.Padding.asymmetryMode)
            guard mode == 0 || zeros.allSatisfy({ $0.before == $0.after }) else {
                throw CoreMLGraphReader.obstacle("\(name) pads images before, not after, them")
            }
            padding = .same
        } else {
            let amounts = try Self.amounts(fields.message(valid))
            let isNone = amounts.allSatisfy { $0.before == 0 && $0.after == 0 }
            let isSame =
                amounts.count == 2
                && zip(amounts, zeros).allSatisfy { amount, zeros in
                    amount.before == UInt64(zeros.before) && amount.after == UInt64(zeros.after)
                }
            guard isNone || isSame && layer.kind == CoreMLField.Layer.convolution else {
                throw CoreMLGraphReader.obstacle(
                    "\(name) pads images in a way that no layer here does")
            }
            padding = isNone ? .valid : .same
        }
        let places =
            padding == .same
            ? zeros.map { Optional($0) }
            : sides.map { WindowExtent(valid: $0.extent, $0.window, $0.stride) }
        guard let rows = places[0], let columns = places[1] else {
            throw CoreMLGraphReader.obstacle("the window of \(name) does not fit")
        }
        (self.height, self.width) = (rows.count, columns.count)
    }

    /// How much is added along the height and along the width; nothing is said: none.
    private static func amounts(
        _ message: ProtobufMessage?
    ) throws(FormatError) -> [(before: UInt64, after: UInt64)] {
        typealias Field = CoreMLField.Padding
        guard let message, let amounts = try CoreMLParameters(message).message(Field.amounts)
        else { return [] }
        var result: [(before: UInt64, after: UInt64)] = []
        for border in try CoreMLParameters(amounts).messages(Field.borders).prefix(3) {
            let fields = try CoreMLParameters(border)
            result.append((fields.number(Field.start), fields.number(Field.end)))
        }
        return result
    }
}

/// How often a window stands along an axis, and how many zeros are added to it for that.
struct WindowExtent {
    let count: Int
    let before: Int
    let after: Int

    /// Zeros all around, the odd one at the end. All are 1 or more, 2^31 at most.
    init(same extent: Int, _ window: Int, _ stride: Int) {
        count = (extent - 1) / stride + 1
        let zeros = max(0, (count - 1) * stride + window - extent)
        before = zeros / 2
        after = zeros - zeros / 2
    }

    /// No zeros; nil where the window does not fit.
    init?(valid extent: Int, _ window: Int, _ stride: Int) {
        guard window <= extent else { return nil }
        count = (extent - window) / stride + 1
        before = 0
        after = 0
    }
}

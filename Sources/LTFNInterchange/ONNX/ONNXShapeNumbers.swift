import LTFNBytes
import LTFNCheckpoint

/// What the nodes of a graph compute of shapes, as PyTorch's `view(x.size(0), -1)` is exported: a
/// few integers, one of which may be the number of images.
struct ONNXShapeNumbers {
    enum Extent: Hashable {
        /// As many as there are images.
        case images
        case number(Int64)
    }

    /// One integer, or a list of them.
    fileprivate struct Value {
        var extents: [Extent]
        var isScalar: Bool
    }

    /// More axes than any shape has here.
    private static let limit = 8

    /// The shapes of what the layers make, and what is computed of them, by name.
    private var shapes: [ByteString: [Extent]] = [:]
    private var values: [ByteString: Value] = [:]

    /// Says what shape a value of the graph has.
    mutating func know(_ shape: [Extent], of name: String) {
        shapes[ByteString(name)] = shape
    }

    /// The list of integers of that name, computed or constant; nil when none is known.
    ///
    /// - Throws: `corrupt`, `truncated`, `io`.
    func extents(
        _ name: String, _ parameters: [ByteString: ONNXGraphReader.Parameter]
    ) throws(FormatError) -> [Extent]? {
        let value = try self.value(name, parameters)
        return value?.isScalar == false ? value?.extents : nil
    }

    private func value(
        _ name: String, _ parameters: [ByteString: ONNXGraphReader.Parameter]
    ) throws(FormatError) -> Value? {
        if let value = values[ByteString(name)] { return value }
        return try Self.constant(name, parameters)
    }

    /// Computes what a node makes, when that is integers of known shapes.
    ///
    /// - Returns: whether it is.
    /// - Throws: `corrupt`, `truncated`, `io`.
    mutating func add(
        _ node: ONNXGraph.Node, _ parameters: [ByteString: ONNXGraphReader.Parameter]
    ) throws(FormatError) -> Bool {
        guard let first = node.node.inputs.first, let output = node.node.outputs.first else {
            return false
        }
        let result: Value?
        if node.node.opType == "Shape" {
            guard let shape = shapes[ByteString(first)] else { return false }
            result = Self.part(of: shape, node)
        } else {
            var inputs: [Value] = []
            for name in node.node.inputs.prefix(Self.limit) {
                guard let value = try value(name, parameters) else { return false }
                inputs.append(value)
            }
            guard inputs.count == node.node.inputs.count else { return false }
            result = try Self.result(of: node, inputs)
        }
        guard let result, result.extents.count <= Self.limit else { return false }
        values[ByteString(output)] = result
        return true
    }

    private static func constant(
        _ name: String, _ parameters: [ByteString: ONNXGraphReader.Parameter]
    ) throws(FormatError) -> Value? {
        guard let parameter = parameters[ByteString(name)], parameter.tensor.dtype == .i64,
            parameter.tensor.shape.rank <= 1, parameter.tensor.shape.elementCount <= limit
        else { return nil }
        let integers = try parameter.integers()
        // None are given where they stand in another file.
        guard integers.count == parameter.tensor.shape.elementCount else { return nil }
        return Value(
            extents: integers.map { .number($0) }, isScalar: parameter.tensor.shape.rank == 0)
    }

    /// `Shape`, which from version 15 on may take a part.
    private static func part(of shape: [Extent], _ node: ONNXGraph.Node) -> Value {
        let start = place(node.int("start", else: 0), in: shape.count)
        let end = place(node.int("end", else: Int64(shape.count)), in: shape.count)
        return Value(extents: Array(shape[start..<max(start, end)]), isScalar: false)
    }

    /// An index that may count from the end, cut to those there are.
    private static func place(_ index: Int64, in count: Int) -> Int {
        let fromStart = index < 0 ? index.addingReportingOverflow(Int64(count)).partialValue : index
        return Int(min(max(fromStart, 0), Int64(count)))
    }

    /// What a node makes of integers; nil: something else.
    private static func result(
        of node: ONNXGraph.Node, _ inputs: [Value]
    ) throws(FormatError) -> Value? {
        let first = inputs[0]
        switch node.node.opType {
        case "Identity", "Cast":
            return first
        case "Gather":
            guard inputs.count == 2, !first.isScalar, node.int("axis", else: 0) == 0 else {
                return nil
            }
            var extents: [Extent] = []
            for case .number(let index) in inputs[1].extents {
                let place = place(index, in: first.extents.count)
                guard place < first.extents.count else { return nil }
                extents.append(first.extents[place])
            }
            guard extents.count == inputs[1].extents.count else { return nil }
            return Value(extents: extents, isScalar: inputs[1].isScalar)
        case "Slice":
            let steps = inputs.dropFirst(3)
            guard inputs.count >= 3, !first.isScalar, let start = inputs[1].number,
                let end = inputs[2].number,
                zip(steps, [0, 1]).allSatisfy({ $0.number == $1 })
            else { return nil }
            let from = place(start, in: first.extents.count)
            let to = max(from, place(end, in: first.extents.count))
            return Value(extents: Array(first.extents[from..<to]), isScalar: false)
        case "Unsqueeze", "Squeeze":
            let axes = try node.ints("axes") ?? inputs.dropFirst().first?.numbers ?? [0]
            let makesList = node.node.opType == "Unsqueeze"
            guard first.extents.count == 1, first.isScalar == makesList, axes == [0] else {
                return nil
            }
            return Value(extents: first.extents, isScalar: !makesList)
        case "Concat":
            guard node.int("axis", else: 0) == 0, !inputs.contains(where: \.isScalar) else {
                return nil
            }
            return Value(extents: inputs.flatMap(\.extents), isScalar: false)
        case "Mul":
            guard inputs.count == 2, let one = first.number, let other = inputs[1].number else {
                return nil
            }
            let (product, overflows) = one.multipliedReportingOverflow(by: other)
            guard !overflows else { return nil }
            return Value(
                extents: [.number(product)], isScalar: first.isScalar && inputs[1].isScalar)
        default:
            return nil
        }
    }
}

extension ONNXShapeNumbers.Value {
    /// All of them, when each is known.
    fileprivate var numbers: [Int64]? {
        let numbers = extents.compactMap { extent -> Int64? in
            if case .number(let number) = extent { number } else { nil }
        }
        return numbers.count == extents.count ? numbers : nil
    }

    /// The one that there is, when it is known.
    fileprivate var number: Int64? {
        extents.count == 1 ? numbers?[0] : nil
    }
}

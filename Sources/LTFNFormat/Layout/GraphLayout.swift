import LTFNBytes
import LTFNCheckpoint

/// A model graph on disk.
enum GraphLayout {
    private enum Code {
        static let convolution2D: UInt8 = 1
        static let relu: UInt8 = 2
        static let maxPool2D: UInt8 = 3
        static let flatten: UInt8 = 4
        static let dense: UInt8 = 5
    }

    /// - Throws: `notRepresentable` when the graph breaks a rule of the format.
    static func write(_ graph: ModelGraph, to writer: inout ByteWriter) throws(FormatError) {
        let dimensions = graph.input.shape.dimensions
        guard let rank = UInt8(exactly: dimensions.count) else {
            throw unfit("LTFN-V4", "The graph's input has \(dimensions.count) dimensions.")
        }
        guard graph.input.scale.isFinite, graph.input.offset.isFinite else {
            throw unfit("LTFN-G2", "The scale or the offset of the graph's input is not finite.")
        }
        writer.text(graph.name)
        writer.u8(rank)
        for dimension in dimensions { writer.u64(UInt64(dimension)) }
        writer.f64(graph.input.scale)
        writer.f64(graph.input.offset)
        writer.u64(UInt64(graph.layers.count))
        for layer in graph.layers {
            writer.text(layer.name)
            try write(layer.operation, to: &writer)
        }
    }

    private static func write(
        _ operation: Layer.Operation, to writer: inout ByteWriter
    ) throws(FormatError) {
        switch operation {
        case .convolution2D(let convolution):
            writer.u8(Code.convolution2D)
            writer.text(convolution.weights.string)
            write(optional: convolution.bias, to: &writer)
            try write(convolution.strides, to: &writer)
            write(convolution.padding, to: &writer)
        case .relu: writer.u8(Code.relu)
        case .maxPool2D(let window, let strides, let padding):
            writer.u8(Code.maxPool2D)
            try write(window, to: &writer)
            try write(strides, to: &writer)
            write(padding, to: &writer)
        case .flatten: writer.u8(Code.flatten)
        case .dense(let weights, let bias):
            writer.u8(Code.dense)
            writer.text(weights.string)
            write(optional: bias, to: &writer)
        }
    }

    private static func write(optional name: VariableName?, to writer: inout ByteWriter) {
        writer.u8(name == nil ? 0 : 1)
        if let name { writer.text(name.string) }
    }

    private static func write(
        _ pair: Layer.Size2D, to writer: inout ByteWriter
    ) throws(FormatError) {
        guard pair.height >= 1, pair.width >= 1 else {
            throw unfit(
                "LTFN-G4",
                "A window or stride is \(pair.height) × \(pair.width); expected 1 or more.")
        }
        writer.u64(UInt64(pair.height))
        writer.u64(UInt64(pair.width))
    }

    private static func write(_ padding: Layer.Padding, to writer: inout ByteWriter) {
        writer.u8(padding == .same ? 0 : 1)
    }

    private static func unfit(_ rule: String, _ message: String) -> FormatError {
        FormatError(.notRepresentable, format: NativeFormat.formatName, rule: rule, message)
    }
}

extension GraphLayout {
    static func read(from reader: inout RecordReader) throws(FormatError) -> ModelGraph {
        let name = try reader.string()
        let start = reader.offset
        let rank = Int(try reader.u8())
        var dimensions: [Int] = []
        for _ in 0..<rank {
            dimensions.append(try reader.int(rule: "LTFN-G4", of: "A dimension of the input"))
        }
        guard let shape = try? TensorShape(dimensions) else {
            throw reader.broken("LTFN-G4", at: start, "The input has more than 2^63 - 1 elements.")
        }
        let scale = try finite(from: &reader)
        let offset = try finite(from: &reader)
        // A layer takes 9 bytes at least.
        let count = try reader.count(minimumByteCount: 9, of: "layers")
        var layers: [Layer] = []
        for _ in 0..<count {
            let name = try reader.string()
            layers.append(Layer(name: name, operation: try operation(from: &reader)))
        }
        return ModelGraph(
            name: name, input: .init(shape: shape, scale: scale, offset: offset), layers: layers)
    }

    private static func operation(
        from reader: inout RecordReader
    ) throws(FormatError) -> Layer.Operation {
        let start = reader.offset
        switch try reader.u8() {
        case Code.convolution2D:
            let weights = try variable(from: &reader)
            let bias = try optionalVariable(from: &reader)
            let strides = try pair(from: &reader)
            let padding = try padding(from: &reader)
            return .convolution2D(
                .init(weights: weights, bias: bias, strides: strides, padding: padding))
        case Code.relu: return .relu
        case Code.maxPool2D:
            let window = try pair(from: &reader)
            let strides = try pair(from: &reader)
            return .maxPool2D(
                window: window, strides: strides, padding: try padding(from: &reader))
        case Code.flatten: return .flatten
        case Code.dense:
            let weights = try variable(from: &reader)
            return .dense(weights: weights, bias: try optionalVariable(from: &reader))
        case let code:
            throw reader.broken(
                "LTFN-G1", .unsupportedFeature, at: start,
                "A layer has the operation \(code), which this reader does not know: use a newer "
                    + "one.")
        }
    }

    private static func finite(from reader: inout RecordReader) throws(FormatError) -> Double {
        let start = reader.offset
        let value = Double(bitPattern: try reader.u64())
        guard value.isFinite else {
            throw reader.broken(
                "LTFN-G2", at: start, "The scale or the offset of the input is \(value).")
        }
        return value
    }

    private static func variable(
        from reader: inout RecordReader
    ) throws(FormatError) -> VariableName {
        let start = reader.offset
        let text = try reader.string()
        do {
            return try VariableName(text)
        } catch {
            throw reader.broken("LTFN-G5", at: start, error.message)
        }
    }

    private static func optionalVariable(
        from reader: inout RecordReader
    ) throws(FormatError) -> VariableName? {
        try flag(from: &reader, of: "The byte before an optional variable")
            ? try variable(from: &reader) : nil
    }

    private static func padding(
        from reader: inout RecordReader
    ) throws(FormatError) -> Layer.Padding {
        try flag(from: &reader, of: "A padding") ? .valid : .same
    }

    private static func flag(
        from reader: inout RecordReader, of what: String
    ) throws(FormatError) -> Bool {
        let start = reader.offset
        let value = try reader.u8()
        guard value <= 1 else {
            throw reader.broken("LTFN-G3", at: start, "\(what) is \(value); expected 0 or 1.")
        }
        return value == 1
    }

    private static func pair(
        from reader: inout RecordReader
    ) throws(FormatError) -> Layer.Size2D {
        let height = try positive(from: &reader)
        return Layer.Size2D(height, try positive(from: &reader))
    }

    private static func positive(from reader: inout RecordReader) throws(FormatError) -> Int {
        let start = reader.offset
        let value = try reader.int(rule: "LTFN-G4", of: "A window or stride")
        guard value >= 1 else {
            throw reader.broken(
                "LTFN-G4", at: start, "A window or stride is 0; expected 1 or more.")
        }
        return value
    }
}

import LTFNBytes
import LTFNCheckpoint

/// What stands where in a model that is written, known before any values are.
struct ONNXFileLayout {
    /// Where values begin in a file of their own: at whole pages, so that they can be mapped.
    private static let pageByteCount: UInt64 = 4096

    /// Whether the values are in a file of their own.
    let isExternal: Bool
    /// The length of the model.
    let byteCount: UInt64
    /// All that comes before the first initializer.
    let head: [UInt8]
    private let manifest: Manifest
    /// What the file of the values is called.
    private let valueFile: String
    /// For every variable where its values begin in that file.
    private let offsets: [UInt64]

    /// The name of the file of the values of the model called `name`.
    static func valueFile(of name: String) -> String { name + ".data" }

    /// - Parameters:
    ///   - name: of the model.
    ///   - byteLimit: how long it may be with its values in it.
    init(_ manifest: Manifest, order: [Int], name: String, byteLimit: UInt64) {
        self.manifest = manifest
        valueFile = Self.valueFile(of: name)
        let model = Self.model(manifest)
        let graph = ONNXGraphWriter(manifest).message
        // The head of the graph takes 11 bytes at most.
        let rest = UInt64(model.count + graph.count + 11)
        func total(_ bytes: (Int) -> UInt64) -> UInt64 {
            order.reduce(0) { CheckedSize.total($0, bytes($1)) }
        }
        let inside = total { index in
            let variable = manifest.variables[index]
            let head = UInt64(Self.tensorHead(variable, place: nil).count)
            return CheckedSize.total(head, UInt64(variable.tensor.byteCount))
        }
        isExternal = CheckedSize.total(inside, rest) > byteLimit
        let offsets = isExternal ? Self.offsets(manifest, order) : []
        self.offsets = offsets
        let file = valueFile
        let initializers =
            isExternal
            ? total { index in
                let place = (file, offsets[index])
                return UInt64(Self.tensorHead(manifest.variables[index], place: place).count)
            } : inside
        byteCount = CheckedSize.total(initializers, rest)
        var writer = ProtobufWriter()
        writer.head(
            ONNXField.Model.graph,
            byteCount: Int(clamping: CheckedSize.total(initializers, UInt64(graph.count))))
        head = model + writer.bytes + graph
    }

    /// What stands before the values of a variable, or in their place.
    func tensorHead(_ index: Int) -> [UInt8] {
        let place = isExternal ? (valueFile, offsets[index]) : nil
        return Self.tensorHead(manifest.variables[index], place: place)
    }

    /// Where the values of a variable begin in the file of the values.
    func offset(of index: Int) -> UInt64 { offsets[index] }

    private static func offsets(_ manifest: Manifest, _ order: [Int]) -> [UInt64] {
        var offsets = [UInt64](repeating: 0, count: manifest.variables.count)
        var end: UInt64 = 0
        for index in order {
            offsets[index] = end
            let next = CheckedSize.total(end, UInt64(manifest.variables[index].tensor.byteCount))
            end = (try? CheckedSize.alignUp(next, to: pageByteCount)) ?? next
        }
        return offsets
    }

    private static func tensorHead(
        _ variable: VariableInfo, place: (file: String, offset: UInt64)?
    ) -> [UInt8] {
        typealias Field = ONNXField.Tensor
        let tensor = variable.tensor
        var body = ProtobufWriter()
        for dimension in tensor.shape.dimensions { body.varint(Field.dims, Int64(dimension)) }
        body.varint(Field.dataType, Int64(ONNXElementType(tensor.dtype)?.code ?? 0))
        body.string(Field.name, variable.name.string)
        var following = tensor.byteCount
        if let place {
            let entries = [
                ("location", place.file), ("offset", String(place.offset)),
                ("length", String(tensor.byteCount)),
            ]
            for (key, value) in entries { body.entry(Field.externalData, key, value) }
            body.varint(Field.dataLocation, UInt64(1))
            following = 0
        } else {
            body.head(Field.rawData, byteCount: tensor.byteCount)
        }
        var head = ProtobufWriter()
        let (byteCount, overflow) = body.bytes.count.addingReportingOverflow(following)
        head.head(ONNXField.Graph.initializer, byteCount: overflow ? .max : byteCount)
        return head.bytes + body.bytes
    }

    /// All of the model but its graph.
    private static func model(_ manifest: Manifest) -> [UInt8] {
        typealias Field = ONNXField.Model
        let types = manifest.variables.compactMap { ONNXElementType($0.tensor.dtype) }
        var model = ProtobufWriter()
        model.varint(
            Field.irVersion, Int64(types.map(\.irVersion).max() ?? ONNXWriter.irVersion))
        model.string(Field.producerName, ONNXHeader.ownProducer)
        model.message(Field.opsetImport) { opset in
            opset.string(ONNXField.OperatorSet.domain, "")
            opset.varint(ONNXField.OperatorSet.version, Int64(ONNXWriter.opset))
        }
        for entry in EmbeddedManifest.strings(of: manifest, isForLoaders: false) {
            model.entry(Field.metadataProps, entry.key, entry.value)
        }
        return model.bytes
    }
}

extension ProtobufWriter {
    /// A key with its value, as ONNX keeps metadata.
    fileprivate mutating func entry(_ number: Int, _ key: String, _ value: String) {
        message(number) { entry in
            entry.string(ONNXField.Entry.key, key)
            entry.string(ONNXField.Entry.value, value)
        }
    }
}

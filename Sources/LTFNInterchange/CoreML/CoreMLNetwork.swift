import LTFNBytes
import LTFNCheckpoint

/// The network that a model of another program is, or why it is none that layers can say.
struct CoreMLNetwork {
    private let graph: ModelGraph?
    private(set) var notes: [String] = []

    /// - Throws: `corrupt`, `truncated`, `limitExceeded`, `io`.
    init(_ content: CoreMLContent, _ found: CoreMLVariables) throws(FormatError) {
        guard let network = content.network else {
            let reason = content.isProgram ? "it is an ML program" : "it is a pipeline of models"
            graph = nil
            notes = [LeftOutNote.graph(because: reason)]
            return
        }
        do throws(FormatError) {
            guard let source = try CoreMLNetworkSource(content, network) else {
                graph = nil
                return
            }
            let read = try CoreMLGraphReader.graph(source, Self.parameters(found))
            graph = read.graph
            if !read.isScaleKnown {
                notes = [
                    "The model does not say how pixels are scaled: its graph takes them from 0 to 1."
                ]
            }
        } catch {
            guard error.code == .unsupportedFeature else { throw error }
            graph = nil
            notes = [LeftOutNote.graph(because: error.message)]
        }
    }

    private static func parameters(_ found: CoreMLVariables) -> CoreMLGraphReader.Parameters {
        var parameters: CoreMLGraphReader.Parameters = [:]
        for variable in found.variables {
            guard let name = variable.layerName else { continue }
            parameters[ByteString(name)] = (variable.info.name, variable.info.tensor)
        }
        return parameters
    }

    /// Adds the graph, and the layout of its kernels.
    func add(to manifest: inout Manifest) {
        guard let graph else { return }
        let layout = MetadataValue.string(CoreMLGraphWriter.layout.rawValue)
        guard (manifest.metadata[KernelLayout.metadataKey] ?? layout) == layout else { return }
        manifest.metadata[KernelLayout.metadataKey] = layout
        manifest.graph = graph
    }
}

/// What a network takes and makes, and its layers in their order.
struct CoreMLNetworkSource {
    /// An input of the model.
    enum Input {
        case image(width: UInt64, height: UInt64, colorSpace: UInt64)
        case array([UInt64])
        case other
    }

    /// What is done to the values of an image first.
    struct Scaling {
        var feature: String
        var scale: Float
        /// Of gray, red, green and blue.
        var biases: [Float]
    }

    private(set) var inputs: [(name: String, kind: Input)] = []
    private(set) var outputs: [String] = []
    private(set) var layers: [CoreMLLayer] = []
    private(set) var scalings: [Scaling] = []
    private(set) var hasMeanImage = false
    /// Whether arrays come as they are, not as sequences of batches of images.
    private(set) var takesExactArrays = false

    /// More layers than any network of ours has.
    private static let layerLimit = 10_000

    /// - Returns: nil when the network only holds constants.
    /// - Throws: `unsupportedFeature` when there are too many layers; `corrupt`, `truncated`,
    ///   `limitExceeded`, `io`.
    init?(_ content: CoreMLContent, _ network: ProtobufMessage) throws(FormatError) {
        try readFeatures(content)
        try network.forEachField { field, _ throws(FormatError) in
            switch (field.number, field.value) {
            case (CoreMLField.Network.layers, .bytes(let range)):
                let layer = try CoreMLLayer(network.message([range]))
                if layer.isConstant { return }
                guard layers.count < Self.layerLimit else {
                    throw FormatError(.unsupportedFeature, "it has too many layers")
                }
                layers.append(layer)
            case (CoreMLField.Network.preprocessing, .bytes(let range)):
                try take(preprocessing: network.message([range]))
            case (CoreMLField.Network.arrayMapping, .varint(let bits)): takesExactArrays = bits == 1
            default: break
            }
        }
        if layers.isEmpty { return nil }
    }

    private mutating func readFeatures(_ content: CoreMLContent) throws(FormatError) {
        typealias Field = CoreMLField.Description
        let description = content.model.message(content.header.description)
        try description.forEachField { field, _ throws(FormatError) in
            guard case .bytes(let range) = field.value,
                [Field.input, Field.output].contains(field.number),
                inputs.count + outputs.count < 64
            else { return }
            let feature = try Self.feature(description.message([range]))
            if field.number == Field.input {
                inputs.append(feature)
            } else {
                outputs.append(feature.name)
            }
        }
    }

    private static func feature(
        _ message: ProtobufMessage
    ) throws(FormatError) -> (name: String, kind: Input) {
        var name = ""
        try message.forEachField { field, reader throws(FormatError) in
            if field.number == CoreMLField.Feature.name, case .bytes(let range) = field.value {
                name = try reader.string(range)
            }
        }
        let parts = try CoreMLParameters(message)
        guard let type = parts.message(CoreMLField.Feature.type) else { return (name, .other) }
        let types = try CoreMLParameters(type)
        if let image = types.message(CoreMLField.FeatureType.image) {
            let fields = try CoreMLParameters(image)
            return (
                name,
                .image(
                    width: fields.number(CoreMLField.Image.width),
                    height: fields.number(CoreMLField.Image.height),
                    colorSpace: fields.number(CoreMLField.Image.colorSpace))
            )
        }
        guard let array = types.message(CoreMLField.FeatureType.array) else {
            return (name, .other)
        }
        return (name, .array(try CoreMLParameters(array).list(CoreMLField.Array.shape)))
    }

    private mutating func take(preprocessing message: ProtobufMessage) throws(FormatError) {
        typealias Field = CoreMLField.Preprocessing
        let parts = try CoreMLParameters(message)
        var feature = ""
        try message.forEachField { field, reader throws(FormatError) in
            if field.number == Field.featureName, case .bytes(let range) = field.value {
                feature = try reader.string(range)
            }
        }
        hasMeanImage = hasMeanImage || parts.message(Field.meanImage) != nil
        guard let scaler = parts.message(Field.scaler) else { return }
        let fields = try CoreMLParameters(scaler)
        typealias Scaler = CoreMLField.Scaler
        if scalings.count < 16 {
            scalings.append(
                Scaling(
                    feature: feature, scale: fields.float(Scaler.channelScale),
                    biases: [
                        Scaler.grayBias, Scaler.redBias, Scaler.greenBias, Scaler.blueBias,
                    ].map(fields.float)))
        }
    }
}

extension CoreMLLayer {
    /// Whether it is nothing but a tensor.
    fileprivate var isConstant: Bool { CoreMLLayerKind.all[kind]?.isConstant ?? false }
}

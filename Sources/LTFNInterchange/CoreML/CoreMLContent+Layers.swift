import LTFNBytes
import LTFNCheckpoint

// The layers of a network. A tensor is called as coremltools finds it: the layer, a period, and the
// way to it within the layer's parameters.
extension CoreMLContent {
    mutating func walk(
        network: ProtobufMessage, path: String, depth: Int
    ) throws(FormatError) {
        try Self.expectDepth(depth, network)
        var number = 0
        try network.forEachField { field, _ throws(FormatError) in
            guard case .bytes(let range) = field.value else { return }
            switch field.number {
            case CoreMLField.Network.layers:
                try walk(layer: network.message([range]), number, path: path, depth: depth)
                number += 1
            case CoreMLField.Network.preprocessing:
                let parts = try CoreMLParameters(network.message([range]))
                if parts.message(CoreMLField.Preprocessing.meanImage) != nil {
                    passOver(.meanImage)
                }
            case CoreMLField.Network.updateParameters: passOver(.training)
            default: break
            }
        }
    }

    private mutating func walk(
        layer message: ProtobufMessage, _ number: Int, path: String, depth: Int
    ) throws(FormatError) {
        let layer = try CoreMLLayer(message, onlyKind: true)
        let name = Self.named(layer.name, else: "layer_\(number)")
        guard let body = layer.body else { return }
        let inner: [(Int, String)] =
            switch layer.kind {
            case CoreMLField.Layer.branch: [(1, "ifBranch"), (2, "elseBranch")]
            case CoreMLField.Layer.loop: [(3, "conditionNetwork"), (4, "bodyNetwork")]
            default: []
            }
        if !inner.isEmpty {
            let parameters = try CoreMLParameters(body)
            for (field, branch) in inner {
                guard let network = parameters.message(field) else { continue }
                let way = Self.join(path, name + "." + branch + ".")
                try walk(network: network, path: way, depth: depth + 1)
            }
        }
        guard let kind = CoreMLLayerKind.all[layer.kind] else { return }
        let parameters = try CoreMLParameters(body)
        let place = kind.isConstant ? path + name : path + name + "."
        for weights in kind.weights {
            try add(weights, of: kind, layer.kind, parameters, place)
        }
    }

    private mutating func add(
        _ weights: CoreMLLayerKind.Weights, of kind: CoreMLLayerKind, _ kindField: Int,
        _ parameters: CoreMLParameters, _ place: String
    ) throws(FormatError) {
        let isReversed = kind.reversal.map { parameters.isSet($0) } ?? false
        let rule = (isReversed ? weights.reversedExtents : nil) ?? weights.extents
        let extents = try rule.map { rule throws(FormatError) in try parameters.extents(rule) }
        var owners: [(place: String, parameters: CoreMLParameters)] = [(place, parameters)]
        let repeated = CoreMLLayerKind.repeated[kindField] ?? []
        if let (field, name) = weights.container {
            owners = []
            for (step, message) in Self.messages(field, name, in: parameters, repeated) {
                owners.append((place + step + ".", try CoreMLParameters(message)))
            }
        }
        for (place, parameters) in owners {
            let isRepeated = weights.container == nil && repeated.contains(weights.field)
            let messages = Self.messages(
                weights.field, weights.name, in: parameters, isRepeated ? repeated : [])
            for (step, message) in messages {
                let values = try CoreMLWeights(message)
                // A layer without weights of its own may still have the message for them.
                if values.isEmpty, !kind.isConstant { continue }
                let name = kind.isConstant ? place : place + step
                try add(Found(name: name, values: .weights(values, extents)))
            }
        }
    }

    /// The messages of a field, each with the step that leads to it.
    private static func messages(
        _ field: Int, _ name: String, in parameters: CoreMLParameters, _ repeated: Set<Int>
    ) -> [(step: String, message: ProtobufMessage)] {
        guard repeated.contains(field) else {
            return parameters.message(field).map { [(name, $0)] } ?? []
        }
        return parameters.messages(field).enumerated().map { ("\(name).\($0.offset)", $0.element) }
    }
}

/// A layer: what it is called, what it takes and makes, and where its parameters are.
package struct CoreMLLayer {
    package private(set) var name = ""
    package private(set) var inputs: [String] = []
    package private(set) var outputs: [String] = []
    /// The field of its parameters; 0: it has none.
    package private(set) var kind = 0
    /// Its parameters.
    private(set) var body: ProtobufMessage?

    /// More than any layer of a chain has.
    private static let valueLimit = 16

    /// - Parameter onlyKind: whether inputs and outputs are passed over.
    /// - Throws: `corrupt`, `truncated`, `limitExceeded`, `io`.
    package init(_ message: ProtobufMessage, onlyKind: Bool = false) throws(FormatError) {
        var pieces: [Range<UInt64>] = []
        try message.forEachField { field, reader throws(FormatError) in
            guard case .bytes(let range) = field.value else { return }
            switch field.number {
            case CoreMLField.Layer.name: name = try reader.string(range)
            case CoreMLField.Layer.input:
                guard !onlyKind, inputs.count < Self.valueLimit else { return }
                inputs.append(try reader.string(range))
            case CoreMLField.Layer.output:
                guard !onlyKind, outputs.count < Self.valueLimit else { return }
                outputs.append(try reader.string(range))
            case CoreMLField.Layer.firstKind...:
                // Of several kinds the last counts; one that comes again goes on.
                if field.number != kind { pieces = [] }
                kind = field.number
                try pieces.makeRoomForOne()
                pieces.append(range)
            default: break
            }
        }
        if kind != 0 { body = message.message(pieces) }
    }
}

extension ProtobufMessage {
    /// The layers of a network.
    ///
    /// - Throws: `corrupt`, `truncated`, `limitExceeded`, `io`.
    package func layers() throws(FormatError) -> [CoreMLLayer] {
        var layers: [CoreMLLayer] = []
        try forEachField { field, _ throws(FormatError) in
            if field.number == CoreMLField.Network.layers, case .bytes(let range) = field.value {
                try layers.makeRoomForOne()
                layers.append(try CoreMLLayer(message([range])))
            }
        }
        return layers
    }
}

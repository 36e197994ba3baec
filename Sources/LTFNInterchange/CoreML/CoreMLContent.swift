import LTFNBytes
import LTFNCheckpoint

/// All tensors of a model and what else it says, found by one walk over its messages. Values are
/// passed over.
package struct CoreMLContent {
    /// A tensor, and what it is called.
    struct Found {
        enum Values {
            /// Of a layer; its extents, nil for a vector of whatever length.
            case weights(CoreMLWeights, [UInt64]?)
            /// Of an ML program.
            case program(CoreMLProgramValue)
        }

        /// May stand twice.
        var name: String
        var values: Values
    }

    /// What holds values, or makes them, and is no variable.
    enum PassedOver: String, Comparable {
        case text = "text constant"
        case list = "list constant"
        case meanImage = "mean image"
        case training = "record of how to train it"
        case model = "model without tensors"
        case operators = "operator"

        static func < (left: PassedOver, right: PassedOver) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    private(set) var found: [Found] = []
    private(set) var header = CoreMLHeader()
    private(set) var passedOver: [PassedOver: Int] = [:]
    /// The whole file, as a message.
    let model: ProtobufMessage
    /// The network, when the model is one.
    package private(set) var network: ProtobufMessage?
    /// Whether the model is an ML program.
    private(set) var isProgram = false
    let limits: DecodingLimits
    private var tally = AvailableMemory.Tally()

    /// How deep models may stand in models, networks in layers and blocks in operations; protocol
    /// buffers themselves end at about 30.
    static let depthLimit = 30
    /// How long the way to a tensor may be, in bytes.
    private static let pathByteLimit = 400

    /// - Throws: `notThisFormat`, `corrupt`, `truncated`, `limitExceeded`, `io`;
    ///   `unsupportedFeature` for a model that holds no tensors.
    package init(_ source: any ByteSource, limits: DecodingLimits) throws(FormatError) {
        self.limits = limits
        model = ProtobufMessage(
            WindowedSource(source), [0..<source.byteCount], format: CoreMLFormat.name)
        let outline = try CoreMLModelOutline(model)
        header = outline.header
        try header.readMetadata(model, limits: limits)
        switch outline.kind {
        case .network: network = outline.body
        case .program: isProgram = true
        case .other(let name):
            throw FormatError(
                .unsupportedFeature, format: CoreMLFormat.name,
                "The model is \(name), which holds no tensors that can be read; expected a neural "
                    + "network or an ML program.")
        case .pipeline, .labelledPipeline: break
        }
        try walk(outline, path: "", depth: 0)
    }

    mutating func add(_ item: Found) throws(FormatError) {
        guard found.count < limits.variableCount else {
            throw FormatError(
                .limitExceeded, format: CoreMLFormat.name,
                "The model holds more than the \(limits.variableCount) tensors that are allowed.")
        }
        try tally.add(MemoryLayout<Found>.stride + item.name.utf8.count + 128)
        try found.makeRoomForOne()
        found.append(item)
    }

    mutating func passOver(_ what: PassedOver) { passedOver[what, default: 0] += 1 }

    static func expectDepth(_ depth: Int, _ message: ProtobufMessage) throws(FormatError) {
        guard depth <= depthLimit else {
            throw FormatError(
                .limitExceeded, format: message.format,
                offset: message.pieces.first?.lowerBound,
                "Parts of the model stand in each other more than \(depthLimit) deep.")
        }
    }

    /// A way that goes on, by its beginning and its digest when it is long.
    static func join(_ path: String, _ step: String) -> String {
        let whole = path + step
        guard whole.utf8.count > pathByteLimit else { return whole }
        let digest = SHA256.digest(Array(whole.utf8)).bytes.prefix(6)
        return String(whole.prefix(60)) + "~" + Hexadecimal.string(Array(digest)) + "/"
    }

    /// What a part of the model is called, unless that is nothing or long.
    static func named(_ name: String, else other: String) -> String {
        name.isEmpty || name.utf8.count > VariableName.maximumByteCount ? other : name
    }
}

/// The fields of a model itself.
struct CoreMLModelOutline {
    let header: CoreMLHeader
    let kind: CoreMLModelKind
    /// What the model is, as a message.
    let body: ProtobufMessage

    /// - Throws: `notThisFormat` when nothing is as in a model; `corrupt`, `truncated`, `io`.
    init(_ model: ProtobufMessage) throws(FormatError) {
        typealias Field = CoreMLField.Model
        var header = CoreMLHeader()
        var bodies: [(field: ProtobufField, range: Range<UInt64>)] = []
        try model.forEachField { field, reader throws(FormatError) in
            switch (field.number, field.value) {
            case (Field.specificationVersion, .varint(let bits)): header.take(version: bits)
            case (Field.description, .bytes(let range)): try header.take(description: range)
            case (Field.isUpdatable, .varint): break
            case (CoreMLModelKind.firstField..., .bytes(let range)):
                guard bodies.count < 2 else { break }
                bodies.append((field, range))
            default:
                throw reader.error(
                    .corrupt, at: field.offset,
                    "Field \(field.number) is none that a model has, or is of another kind there.")
            }
        }
        guard let (field, range) = bodies.first else {
            throw FormatError(
                .truncated, format: model.format, offset: model.pieces.last?.upperBound,
                "The model does not say what it is (a neural network, an ML program); expected that "
                    + "after its description: its end may be missing.")
        }
        guard bodies.count == 1 else {
            throw FormatError(
                .corrupt, format: model.format, offset: bodies[1].field.offset,
                "The file says a second time what the model is; expected that once.")
        }
        guard header.specificationVersion > 0 else {
            throw FormatError(
                .corrupt, format: model.format, offset: 0,
                "The model does not say of which version of the specification it is.")
        }
        guard let kind = CoreMLModelKind(field: field.number) else {
            throw FormatError(
                .unsupportedFeature, format: model.format, offset: field.offset,
                "The model is of a kind (field \(field.number)) that is not known.")
        }
        self.header = header
        self.kind = kind
        body = model.message([range])
    }
}

// Models.
extension CoreMLContent {
    private mutating func walk(
        _ outline: CoreMLModelOutline, path: String, depth: Int
    ) throws(FormatError) {
        try Self.expectDepth(depth, outline.body)
        switch outline.kind {
        case .network: try walk(network: outline.body, path: path, depth: depth)
        case .program: try walk(program: outline.body, path: path, depth: depth)
        case .pipeline: try walk(pipeline: outline.body, path: path, depth: depth)
        case .labelledPipeline:
            var pieces: [Range<UInt64>] = []
            try outline.body.forEachField { field, _ throws(FormatError) in
                if field.number == CoreMLField.Pipeline.pipeline,
                    case .bytes(let range) = field.value
                {
                    try pieces.makeRoomForOne()
                    pieces.append(range)
                }
            }
            try walk(pipeline: outline.body.message(pieces), path: path, depth: depth)
        case .other: passOver(.model)
        }
    }

    private mutating func walk(
        pipeline: ProtobufMessage, path: String, depth: Int
    ) throws(FormatError) {
        var models: [Range<UInt64>] = []
        var names: [String] = []
        try pipeline.forEachField { field, reader throws(FormatError) in
            guard case .bytes(let range) = field.value else { return }
            switch field.number {
            case CoreMLField.Pipeline.models:
                try models.makeRoomForOne()
                models.append(range)
            case CoreMLField.Pipeline.names:
                try names.makeRoomForOne()
                names.append(try reader.string(range))
            default: break
            }
        }
        for (index, range) in models.enumerated() {
            let name = index < names.count ? names[index] : ""
            let step = Self.named(name, else: "model_\(index)") + "/"
            try walk(
                CoreMLModelOutline(pipeline.message([range])), path: Self.join(path, step),
                depth: depth + 1)
        }
    }
}

extension CoreMLContent {
    /// What of the model is not read.
    var notes: [String] {
        let parts = passedOver.sorted { $0.key < $1.key }.map { kind, count in
            NumberText.counted(count, kind.rawValue)
        }
        return parts.isEmpty ? [] : [LeftOutNote.text(parts)]
    }
}

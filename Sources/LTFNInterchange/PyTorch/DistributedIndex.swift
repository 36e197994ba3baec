import LTFNBytes
import LTFNCheckpoint

/// What the index of a distributed checkpoint says: which tensors there are, and where their chunks
/// are.
struct DistributedIndex {
    /// Where the bytes of a chunk are.
    struct Place {
        var file: String
        var offset: UInt64
        var byteCount: UInt64
    }

    /// A box of a tensor.
    struct Chunk {
        /// Where it begins along each axis.
        var offsets: [Int]
        var sizes: [Int]
        var place: Place
    }

    enum Entry {
        case tensor(shape: [Int], chunks: [Chunk])
        /// An object, as `torch.save` writes it.
        case object(Place)
    }

    private(set) var entries: [(name: String, value: Entry)] = []

    private static let classes = "torch.distributed.checkpoint."
    private let graph: PickleGraph
    /// More axes than any tensor has.
    private static let rankLimit = 1024

    /// - Throws: `unsupportedFeature`, `corrupt`, `truncated`, `limitExceeded`, `io`.
    init(parsing source: any ByteSource, limits: DecodingLimits) throws(FormatError) {
        let format = DistributedFormat.name
        guard source.byteCount <= UInt64(max(0, limits.indexByteCount)) else {
            throw FormatError(
                .limitExceeded, format: format,
                "The index has \(source.byteCount) bytes; \(limits.indexByteCount) are allowed.")
        }
        var input = PickleInput(source, 0..<source.byteCount, format: format)
        graph = try PickleMachine.load(
            &input, globals: TorchGlobals.known.adding(prefixes: [Self.classes]))
        guard let fields = attributes(graph.root),
            let tensors = fields["state_dict_metadata"].flatMap(items),
            let storages = fields["storage_data"].flatMap(items)
        else { throw Self.error("it does not say which tensors there are") }
        let places = try places(storages)
        var chunkCount = 0
        for (key, value) in tensors {
            guard let name = graph.text(key), let (kind, fields) = object(value) else {
                throw Self.error("a tensor has no name")
            }
            if kind == "BytesStorageMetadata" {
                guard let place = places[Key(name: ByteString(name), offsets: nil)] else {
                    throw Self.error("it does not say where \"\(name.prefix(80))\" is")
                }
                entries.append((name, .object(place)))
            } else {
                // Each chunk has a place of its own; what is shared is not gone through again.
                chunkCount += fields["chunks"].flatMap(graph.elements)?.count ?? 0
                guard chunkCount <= places.count else {
                    throw Self.error("there are more chunks than places of them")
                }
                entries.append((name, try tensor(name, fields, places)))
            }
        }
    }

    private struct Key: Hashable {
        var name: ByteString
        var offsets: [Int]?
    }

    private func places(
        _ storages: [(key: Int, value: Int)]
    ) throws(FormatError) -> [Key: Place] {
        var places: [Key: Place] = [:]
        for (key, value) in storages {
            guard let index = attributes(key), let name = index["fqn"].flatMap(graph.text),
                let info = attributes(value), let file = info["relative_path"].flatMap(graph.text),
                let offset = info["offset"].flatMap(graph.int).flatMap(UInt64.init(exactly:)),
                let count = info["length"].flatMap(graph.int).flatMap(UInt64.init(exactly:))
            else { throw Self.error("a chunk has no name, file, offset or length") }
            if let transforms = info["transform_descriptors"].flatMap(graph.elements),
                !transforms.isEmpty
            {
                throw FormatError(
                    .unsupportedFeature, format: DistributedFormat.name,
                    variable: String(name.prefix(100)),
                    "Its chunks were changed by extensions of PyTorch (compressed, encrypted).")
            }
            let known = Key(name: ByteString(name), offsets: index["offset"].flatMap(shape))
            let place = Place(file: file, offset: offset, byteCount: count)
            guard places.updateValue(place, forKey: known) == nil else {
                throw Self.error("a chunk of \"\(name.prefix(80))\" stands twice")
            }
        }
        return places
    }

    private func tensor(
        _ name: String, _ fields: [String: Int], _ places: [Key: Place]
    ) throws(FormatError) -> Entry {
        guard let shape = fields["size"].flatMap(shape),
            let list = fields["chunks"].flatMap(graph.elements)
        else { throw Self.error("\"\(name.prefix(80))\" has no shape or no chunks") }
        var chunks: [Chunk] = []
        for number in list {
            guard let fields = attributes(number),
                let offsets = fields["offsets"].flatMap(self.shape),
                let sizes = fields["sizes"].flatMap(self.shape),
                let place = places[Key(name: ByteString(name), offsets: offsets)]
                    ?? (list.count == 1 ? places[Key(name: ByteString(name), offsets: nil)] : nil)
            else { throw Self.error("it does not say where a chunk of \"\(name.prefix(80))\" is") }
            chunks.append(Chunk(offsets: offsets, sizes: sizes, place: place))
        }
        return .tensor(shape: shape, chunks: chunks)
    }

    static func error(_ what: String) -> FormatError {
        FormatError(.corrupt, format: DistributedFormat.name, "In the index, \(what).")
    }
}

// Objects of the index.
extension DistributedIndex {
    /// The class of an object, without its module, and its attributes.
    private func object(_ number: Int) -> (kind: String, attributes: [String: Int])? {
        guard case .object(let object) = graph[number], object.function.hasPrefix(Self.classes)
        else { return nil }
        let kind = object.function.split(separator: ".").last.map(String.init) ?? ""
        var attributes: [String: Int] = [:]
        for (key, value) in object.state.flatMap(items) ?? [] {
            if let name = graph.text(key) { attributes[name] = value }
        }
        return (kind, attributes)
    }

    private func attributes(_ number: Int) -> [String: Int]? { object(number)?.attributes }

    private func items(_ number: Int) -> [(key: Int, value: Int)]? {
        guard case .dictionary(let items) = graph[number] else { return nil }
        return stride(from: 0, to: items.count - 1, by: 2).map { (items[$0], items[$0 + 1]) }
    }

    /// The numbers of a `torch.Size`, or of a tuple.
    private func shape(_ number: Int) -> [Int]? {
        var axes = graph.elements(number)
        if case .object(let object) = graph[number], object.function == "torch.Size" {
            axes = graph.elements(object.arguments)?.first.flatMap(graph.elements)
        }
        guard let axes, axes.count <= Self.rankLimit else { return nil }
        let values = axes.compactMap(graph.int)
        return values.count == axes.count ? values : nil
    }
}

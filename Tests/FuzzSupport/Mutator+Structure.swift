import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import LTFNInitializers

/// An index taken apart, with the stored bytes of every chunk.
private struct Structure {
    var variables: [VariableInfo]
    var digests: [[UInt8]]
    var storages: [VariableStorage]
    /// For each variable.
    var chunks: [[(record: ChunkRecord, bytes: [UInt8])]]
    var metadata: Metadata
    var graph: ModelGraph?
    var bases: [SHA256Digest]

    init?(_ parts: FileParts) {
        guard
            let parsed = try? Index.parse(
                parts.index, at: UInt64(64 + parts.chunks.count), limits: .standard)
        else { return nil }
        let index = parsed.index
        variables = index.manifest.variables
        digests = variables.indices.map { Array(index.digests[$0 * 32..<$0 * 32 + 32]) }
        storages = index.storages
        metadata = index.manifest.metadata
        graph = index.manifest.graph
        bases = index.bases
        chunks = variables.indices.map { variable in
            index.chunkRange(variable).map { number in
                let record = index.chunks[number]
                let bytes = Self.bytes(of: record, in: parts.chunks)
                return (record, bytes)
            }
        }
    }

    private static func bytes(of record: ChunkRecord, in chunks: [UInt8]) -> [UInt8] {
        guard [.raw, .constant, .planes, .initialResidual, .baseResidual].contains(record.codec),
            let offset = Int(exactly: record.offset),
            let count = Int(exactly: record.storedByteCount),
            offset >= 64, offset - 64 <= chunks.count, count <= chunks.count - (offset - 64)
        else { return [] }
        return Array(chunks[offset - 64..<offset - 64 + count])
    }

    /// The variables at `kept`, in that order.
    mutating func keep(_ kept: [Int]) {
        variables = kept.map { variables[$0] }
        digests = kept.map { digests[$0] }
        storages = kept.map { storages[$0] }
        chunks = kept.map { chunks[$0] }
    }

    /// The parts of a file with this structure, chunks laid out anew; nil when it has none.
    func parts() -> FileParts? {
        var structure = self
        structure.keep(variables.indices.sorted { variables[$0].name < variables[$1].name })
        return structure.laidOut()
    }

    /// As many chunks as the variable has, if they are few.
    private func fitting(
        _ chunks: [(record: ChunkRecord, bytes: [UInt8])], _ tensor: TensorInfo, _ exponent: UInt8
    ) -> [(record: ChunkRecord, bytes: [UInt8])] {
        let byteCount = 1 << Int(exponent)
        let count = tensor.byteCount / byteCount + (tensor.byteCount % byteCount == 0 ? 0 : 1)
        guard count <= 64, let last = chunks.last else { return chunks }
        return (0..<count).map { $0 < chunks.count ? chunks[$0] : last }
    }

    private func laidOut() -> FileParts? {
        var area: [UInt8] = []
        var table: [ChunkRecord] = []
        var storages = storages
        for variable in variables.indices {
            guard case .chunks(let exponent, _) = storages[variable] else { continue }
            storages[variable] = .chunks(exponent: exponent, first: table.count)
            for chunk in fitting(chunks[variable], variables[variable].tensor, exponent) {
                var record = chunk.record
                if !chunk.bytes.isEmpty {
                    if record.codec == .raw {
                        area += [UInt8](repeating: 0, count: (64 - area.count % 64) % 64)
                    }
                    record.offset = UInt64(64 + area.count)
                    record.storedByteCount = UInt64(chunk.bytes.count)
                    record.checksum = CRC32C.checksum(chunk.bytes)
                    area += chunk.bytes
                }
                table.append(record)
            }
        }
        guard
            let manifest = try? Manifest(variables: variables, metadata: metadata, graph: graph),
            let encoded = try? Index(
                manifest: manifest, digests: digests.flatMap { $0 }, storages: storages,
                chunks: table, bases: bases
            ).encoded()
        else { return nil }
        var parts = FileParts(chunks: area, index: encoded.bytes, features: 0)
        parts.sign()
        return parts
    }
}

extension Mutator {
    /// Changes what the file is made of, and lays it out anew.
    mutating func restructure(_ parts: inout FileParts) {
        guard var structure = Structure(parts) else { return }
        for _ in 0...random.below(3) { change(&structure) }
        if let changed = structure.parts() { parts = changed }
    }

    /// Adds variables of `donor`.
    mutating func join(_ parts: inout FileParts, with donor: FileParts) {
        guard var structure = Structure(parts), let other = Structure(donor),
            !other.variables.isEmpty
        else { return }
        let number = random.below(other.variables.count)
        var info = other.variables[number]
        guard let name = try? VariableName(info.name.string + "\(random.below(100))") else {
            return
        }
        info.name = name
        info.tiedTo = nil
        structure.variables.append(info)
        structure.digests.append(other.digests[number])
        structure.storages.append(other.storages[number])
        structure.chunks.append(other.chunks[number])
        if let changed = structure.parts() { parts = changed }
    }

    private mutating func change(_ structure: inout Structure) {
        guard !structure.variables.isEmpty else { return }
        let number = random.below(structure.variables.count)
        switch random.below(10) {
        case 0: structure.keep(structure.variables.indices.filter { $0 != number })
        case 1: copy(number, of: &structure)
        case 2:
            structure.variables[number].initializer = initializer(
                for: structure.variables[number])
        case 3: retype(&structure.variables[number])
        case 4: structure.storages[number] = storage(structure.storages[number])
        case 5: changeChunk(&structure, number)
        case 6:
            structure.variables[number].tiedTo =
                structure.variables[random.below(structure.variables.count)].name
        case 7: structure.metadata["\(random.below(9))"] = .u64(random.next())
        case 8: rebase(&structure)
        default: relayer(&structure)
        }
    }

    /// Adds a variable that is stored relative to the base file.
    private mutating func rebase(_ structure: inout Structure) {
        guard let base = Claims.base else { return }
        let number = random.below(base.manifest.variables.count)
        structure.bases = [base.contentDigest]
        structure.variables.append(base.manifest.variables[number])
        let digest = base.index.digest(number)
        structure.digests.append(digest?.bytes ?? [UInt8](repeating: 0, count: 32))
        let isWhole = random.oneIn(2)
        structure.storages.append(isWhole ? .base(0) : .chunks(exponent: 6, first: 0))
        let chunk = ChunkRecord(codec: .base)
        structure.chunks.append(isWhole ? [] : [(chunk, []), (chunk, []), (chunk, [])])
    }

    private mutating func copy(_ number: Int, of structure: inout Structure) {
        var info = structure.variables[number]
        guard let name = try? VariableName(info.name.string + "\(random.below(100))") else {
            return
        }
        info.name = name
        structure.variables.append(info)
        structure.digests.append(structure.digests[number])
        structure.storages.append(structure.storages[number])
        structure.chunks.append(structure.chunks[number])
    }

    private mutating func retype(_ info: inout VariableInfo) {
        let dtype = DType.allCases[random.below(DType.allCases.count)]
        var dimensions = info.tensor.shape.dimensions
        switch random.below(4) {
        case 0: dimensions.append(random.below(5))
        case 1: if !dimensions.isEmpty { dimensions.removeLast() }
        case 2:
            if !dimensions.isEmpty {
                dimensions[random.below(dimensions.count)] = random.below(300)
            }
        default: break
        }
        guard let shape = try? TensorShape(dimensions),
            let tensor = try? TensorInfo(
                dtype: random.oneIn(2) ? dtype : info.tensor.dtype, shape: shape)
        else { return }
        info.tensor = tensor
    }

    private mutating func storage(_ old: VariableStorage) -> VariableStorage {
        switch random.below(4) {
        case 0: .initial
        case 1: .base(UInt16(random.below(2)))
        default: .chunks(exponent: UInt8(6 + random.below(25)), first: 0)
        }
    }

    private mutating func changeChunk(_ structure: inout Structure, _ variable: Int) {
        guard !structure.chunks[variable].isEmpty else {
            structure.chunks[variable].append((ChunkRecord(codec: .initial), []))
            return
        }
        let number = random.below(structure.chunks[variable].count)
        var chunk = structure.chunks[variable][number]
        switch random.below(4) {
        case 0: chunk.bytes = changeBytes(chunk.bytes, chunk.bytes.count + 32)
        case 1: chunk.record.codec = Codec.allCases[random.below(Codec.allCases.count)]
        case 2:
            chunk.record = ChunkRecord(codec: .reference)
            chunk.record.offset = UInt64(random.below(4))
            chunk.bytes = []
        default:
            structure.chunks[variable].append(chunk)
            return
        }
        structure.chunks[variable][number] = chunk
    }

    private mutating func initializer(for info: VariableInfo) -> InitializerSpec? {
        let numbers = [0, 1, -1, 0.5, 1e-3, 1e308, -1e308, 0x1p-1074, 3.4e38, 65504]
        let (a, b) = (numbers[random.below(10)], numbers[random.below(10)])
        let recipes: [InitializerRecipe] = [
            .zeros, .ones, .constant(a), .uniform(low: a, high: b),
            .normal(mean: a, standardDeviation: b), .truncatedNormal(mean: a, standardDeviation: b),
            .scaledNormal(factor: a),
            .varianceScaling(
                scale: a, fan: InitializerRecipe.FanMode.allCases[random.below(3)],
                distribution: InitializerRecipe.Distribution.allCases[random.below(4)]),
            .glorotUniform, .glorotNormal, .heUniform, .heNormal, .lecunUniform, .lecunNormal,
            .described(name: "other", parameters: ["a": .f64(b)]),
        ]
        let recipe = recipes[random.below(recipes.count)]
        let seed = random.next()
        if random.oneIn(2), info.tensor.byteCount <= 1 << 14,
            let record = try? Initializer.record(
                recipe: recipe, seed: seed, stream: 1, info: info.tensor)
        {
            return record
        }
        let fans = Fans(fanIn: UInt64(random.below(3)), fanOut: random.next())
        return InitializerSpec(
            recipe: recipe, seed: seed, stream: 1, fans: random.oneIn(2) ? fans : nil,
            evidence: random.oneIn(2)
                ? .descriptive
                : .reproducible(
                    algorithmVersion: UInt32(random.below(3)), digest: ValueHash.digest([])))
    }

    /// Adds a layer, or takes one away.
    private mutating func relayer(_ structure: inout Structure) {
        let names = structure.variables.map(\.name)
        let (weights, bias) = (names[random.below(names.count)], names[random.below(names.count)])
        let edges = [1, 2, 3, 28, 1 << 20, 1 << 40, Int.max]
        let pairs = (0..<2).map { _ in
            Layer.Size2D(edges[random.below(7)], edges[random.below(7)])
        }
        let padding: Layer.Padding = random.oneIn(2) ? .same : .valid
        let operations: [Layer.Operation] = [
            .relu, .flatten, .dense(weights: weights, bias: random.oneIn(2) ? bias : nil),
            .maxPool2D(window: pairs[0], strides: pairs[1], padding: padding),
            .convolution2D(
                .init(
                    weights: weights, bias: random.oneIn(2) ? bias : nil, strides: pairs[0],
                    padding: padding)),
        ]
        let dimensions = (0..<3).map { _ in edges[random.below(5)] }
        let input = (try? TensorShape(dimensions)) ?? .scalar
        var graph = structure.graph ?? ModelGraph(name: "g", input: .init(shape: input), layers: [])
        if random.oneIn(4) { graph.input.shape = input }
        let layer = Layer(name: "l", operation: operations[random.below(operations.count)])
        if !graph.layers.isEmpty, random.oneIn(3) {
            graph.layers.remove(at: random.below(graph.layers.count))
        } else {
            graph.layers.insert(layer, at: random.below(graph.layers.count + 1))
        }
        structure.graph = graph
    }

    /// Makes the digests of the values right, as far as they can be read.
    mutating func signValues(_ parts: inout FileParts) {
        guard
            let reader = try? NativeReader(
                MemorySource(parts.file), limits: Claims.limits, threadCount: 1)
        else { return }
        let map = IndexMap(parts.index)
        for (number, record) in map.records.enumerated() {
            guard let place = record.digest, let values = try? reader.read(number) else { continue }
            parts.index.replaceSubrange(
                place..<place + 32, with: ValueHash.digest(values.bytes.bytes).bytes)
        }
        parts.signContent()
    }
}

import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import LTFNInitializers

/// Files of at most 100 KB that ask for much more than they are: memory, time, both.
///
/// All of them are well formed as far as their checksums go, but for the last few.
public enum HostileFiles {
    /// A file and what it is called.
    public struct Case: Sendable {
        public var name: String
        public var bytes: [UInt8]
    }

    /// The most bytes that a file has.
    public static let maximumByteCount = 100_000

    /// - Throws: `corrupt` when a case cannot be built, which is a mistake in it.
    public static func all() throws(FormatError) -> [Case] {
        try recipes() + chunks() + ties() + metadata() + graphs.get() + claims()
    }

    /// As many variables as `make` makes with `count`, in a file that is just short enough.
    static func fill(
        _ name: String, _ make: (Int) throws(FormatError) -> HostileDraft
    ) throws(FormatError) -> Case {
        var count = 1
        var best = try make(1).file
        for step in [1024, 512, 256, 128, 64, 32, 16, 8, 4, 2, 1] {
            let file = try make(count + step).file
            guard file.count <= maximumByteCount else { continue }
            count += step
            best = file
        }
        return Case(name: name, bytes: best)
    }

    static func one(_ name: String, _ draft: HostileDraft) throws(FormatError) -> Case {
        Case(name: name, bytes: try draft.file)
    }
}

/// A file that is put together from parts which need not be true.
struct HostileDraft {
    var variables: [VariableInfo] = []
    var storages: [VariableStorage] = []
    /// The digests of values where they are true ones.
    private var digests: [Int: SHA256Digest] = [:]
    var chunks: [ChunkRecord] = []
    var area: [UInt8] = []
    var metadata: Metadata = [:]
    var graph: ModelGraph?
    var retired: [RetiredRegion] = []
    var bases: [SHA256Digest] = []
    /// Overwrites bytes of the index before it is signed.
    var changes: [(offset: Int, byteCount: Int, value: UInt64)] = []

    static let noDigest = SHA256.digest([])

    static func reproducible(_ recipe: InitializerRecipe) -> InitializerSpec {
        InitializerSpec(
            recipe: recipe, seed: 1, stream: 2, fans: Fans(fanIn: 3, fanOut: 4),
            evidence: .reproducible(algorithmVersion: 1, digest: noDigest))
    }

    private func info(
        _ dtype: DType, _ shape: [Int], _ initializer: InitializerSpec?, tiedTo: VariableName? = nil
    ) throws(FormatError) -> VariableInfo {
        let number = String(variables.count)
        let name = try VariableName(
            "v" + String(repeating: "0", count: max(0, 6 - number.count)) + number)
        return VariableInfo(
            name: name, tensor: try TensorInfo(dtype: dtype, shape: TensorShape(shape)),
            initializer: initializer, tiedTo: tiedTo)
    }

    /// A variable of which the file holds the recipe alone.
    ///
    /// - Parameter isTrue: whether its digest is that of the values, which are sampled for it.
    mutating func addRecipe(
        _ recipe: InitializerRecipe, _ dtype: DType = .f32, _ shape: [Int], isTrue: Bool = false
    ) throws(FormatError) {
        var info = try info(dtype, shape, Self.reproducible(recipe))
        if isTrue, var record = info.initializer {
            let digest = try Initializer.digest(of: record, info: info.tensor)
            record.evidence = .reproducible(algorithmVersion: 1, digest: digest)
            info.initializer = record
            digests[variables.count] = digest
        }
        variables.append(info)
        storages.append(.initial)
    }

    mutating func addTied(
        to number: Int, _ initializer: InitializerSpec? = nil
    ) throws(FormatError) {
        let target = variables[number]
        variables.append(
            try info(
                target.tensor.dtype, target.tensor.shape.dimensions, initializer,
                tiedTo: target.name))
        storages.append(.tied)
    }

    /// A variable whose chunks, of 2^`exponent` bytes, are all stored as `stored`.
    mutating func addChunks(
        _ codec: Codec, _ dtype: DType, _ shape: [Int], exponent: UInt8, stored: [UInt8],
        initializer: InitializerSpec? = nil, refersTo target: UInt64 = 0
    ) throws(FormatError) {
        let info = try info(dtype, shape, initializer)
        let size = 1 << Int(exponent)
        variables.append(info)
        storages.append(.chunks(exponent: exponent, first: chunks.count))
        for _ in 0..<(info.tensor.byteCount + size - 1) / size {
            var record = ChunkRecord(codec: codec)
            if codec == .reference {
                record.offset = target
            } else if !stored.isEmpty {
                if codec == .raw {
                    area += [UInt8](repeating: 0, count: (64 - area.count % 64) % 64)
                }
                record.offset = UInt64(64 + area.count)
                record.storedByteCount = UInt64(stored.count)
                area += stored
            }
            chunks.append(record)
        }
    }

    private var index: Index {
        get throws(FormatError) {
            let digests = variables.indices.map { (self.digests[$0] ?? Self.noDigest).bytes }
            return Index(
                manifest: try Manifest(variables: variables, metadata: metadata, graph: graph),
                digests: digests.flatMap { $0 }, storages: storages, chunks: chunks, bases: bases,
                retired: retired)
        }
    }

    var contentDigest: SHA256Digest {
        get throws(FormatError) { try index.encoded().contentDigest }
    }

    var file: [UInt8] {
        get throws(FormatError) {
            var parts = FileParts(chunks: area, index: try index.encoded().bytes, features: 0)
            for change in changes {
                parts.set(change.value, at: change.offset, byteCount: change.byteCount)
            }
            parts.sign()
            return parts.file
        }
    }
}

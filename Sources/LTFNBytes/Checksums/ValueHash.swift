/// The digest of a variable's values, which may come in pieces of any length.
///
/// The values are cut into *leaves* of 4,096 bytes, the last of which may be shorter. Values of one
/// leaf or none have their SHA-256 for a digest, longer ones the SHA-256 of the digests of their
/// leaves, one after the other. Leaves are hashed independently of one another: several at a time
/// by vector instructions, and on as many threads as there are.
///
/// Digests are to be compared for values of the same byte count only: 64 bytes of values may be the
/// digests of two leaves of others.
public struct ValueHash: Sendable {
    public static let leafByteCount = LeafKernels.leafByteCount

    /// The digests of whole leaves that follow one another.
    public struct Leaves: Sendable {
        fileprivate let digests: [UInt8]

        /// Hashes `bytes`, where a leaf begins; a shorter leaf at the end is the last one of the
        /// values.
        public init(of bytes: RawSpan) {
            self.init(of: bytes, body: .selected)
        }

        fileprivate init(repeating leaves: Leaves, count: Int) {
            digests = (0..<count).flatMap { _ in leaves.digests }
        }

        fileprivate init(of bytes: RawSpan, body: LeafBody) {
            let whole = bytes.byteCount - bytes.byteCount % leafByteCount
            var digests = LeafKernels.digests(body, bytes.extracting(0..<whole))
            if whole < bytes.byteCount {
                digests += SHA256.digest(bytes.extracting(whole..<bytes.byteCount)).bytes
            }
            self.digests = digests
        }
    }

    /// The front of a leaf that is not yet whole.
    private var rest: [UInt8] = []
    private var leafCount = 0
    private var firstLeaf: SHA256Digest?
    /// Of the digests of the leaves.
    private var root = SHA256()
    private let body: LeafBody

    public init() {
        self.init(body: .selected)
    }

    package init(body: LeafBody) {
        self.body = body
    }

    /// Adds bytes of values.
    public mutating func update(_ bytes: RawSpan) {
        var start = 0
        if !rest.isEmpty {
            start = min(Self.leafByteCount - rest.count, bytes.byteCount)
            rest += [UInt8](copying: bytes.extracting(0..<start))
            if rest.count < Self.leafByteCount { return }
            let leaf = exchange(&rest, with: [])
            add(Leaves(of: leaf.rawSpan, body: body))
        }
        let end = bytes.byteCount - (bytes.byteCount - start) % Self.leafByteCount
        // The digests of all leaves of a large variable would take memory.
        for first in stride(from: start, to: end, by: Self.batchByteCount) {
            let batch = first..<min(end, first + Self.batchByteCount)
            add(Leaves(of: bytes.extracting(batch), body: body))
        }
        rest += [UInt8](copying: bytes.extracting(end..<bytes.byteCount))
    }

    /// Adds `byteCount` bytes that are those of `unit` again and again, the last time perhaps not
    /// all.
    ///
    /// Complexity: leaves that are the same are hashed once, and their digest as often as they are.
    public mutating func update(repeating unit: [UInt8], byteCount: Int) {
        guard !unit.isEmpty, byteCount > 0 else { return }
        func repeated(from start: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { unit[(start + $0) % unit.count] }
        }
        let head = repeated(from: 0, isAtLeaf ? 0 : min(byteCount, Self.leafByteCount - rest.count))
        update(head.rawSpan)
        let turn = head.count % unit.count
        // Whole leaves that end with a whole unit.
        let isOneLeaf = Self.leafByteCount % unit.count == 0
        let pieceByteCount = (isOneLeaf ? 1 : unit.count) * Self.leafByteCount
        let (count, tailByteCount) = (byteCount - head.count)
            .quotientAndRemainder(dividingBy: pieceByteCount)
        if count > 0 {
            let piece = repeated(from: turn, pieceByteCount)
            add(Leaves(of: piece.rawSpan, body: body), times: count)
        }
        let tail = repeated(from: turn, tailByteCount)
        update(tail.rawSpan)
    }

    private mutating func add(_ leaves: Leaves, times count: Int) {
        let batch = Leaves(repeating: leaves, count: min(count, Self.batchCount))
        for _ in 0..<count / Self.batchCount { add(batch) }
        for _ in 0..<count % Self.batchCount { add(leaves) }
    }

    private static let batchCount = 256
    private static let batchByteCount = 1 << 20

    /// Whether all bytes so far are whole leaves.
    public var isAtLeaf: Bool { rest.isEmpty }

    /// Adds leaves that have been hashed before, when `isAtLeaf`.
    public mutating func add(_ leaves: Leaves) {
        let count = leaves.digests.count / 32
        if leafCount == 0, count > 0 {
            firstLeaf = SHA256Digest(bytes: Array(leaves.digests[..<32]))
        }
        leafCount += count
        root.update(leaves.digests)
    }

    /// The digest of all bytes so far. More may follow.
    public func finalize() -> SHA256Digest {
        if leafCount == 0 { return SHA256.digest(rest) }
        var all = self
        if !rest.isEmpty { all.add(Leaves(of: rest.rawSpan, body: body)) }
        if all.leafCount == 1, let firstLeaf { return firstLeaf }
        return all.root.finalize()
    }

    public static func digest(_ bytes: RawSpan) -> SHA256Digest {
        var hash = ValueHash()
        hash.update(bytes)
        return hash.finalize()
    }

    public static func digest(_ bytes: [UInt8]) -> SHA256Digest {
        digest(bytes.rawSpan)
    }
}

import LTFNBytes

/// The variables that others with the same bytes can refer to.
struct HolderTable {
    /// What is found out about values before all of them are read.
    struct Sketch: Hashable {
        var byteCount: Int
        /// Of the first chunk.
        var checksum: UInt32
    }

    private var sketches = Set<Sketch>()
    private var variables: [SHA256Digest: Int] = [:]

    /// Whether there may be a variable with these bytes: then the digests of all are needed.
    func mayHold(_ sketch: Sketch) -> Bool { sketches.contains(sketch) }

    /// The first variable with this digest.
    func variable(_ digest: SHA256Digest) -> Int? { variables[digest] }

    /// Adds values whose digest is not known yet.
    mutating func insert(_ sketch: Sketch) {
        sketches.insert(sketch)
    }

    mutating func insert(_ variable: Int, _ digest: SHA256Digest) {
        if variables[digest] == nil { variables[digest] = variable }
    }
}

import LTFNBytes

/// The variables that others with the same bytes can refer to.
struct DeduplicationTable {
    /// What is found out about values before all of them are read.
    struct Sketch: Hashable {
        var byteCount: Int
        /// Of the first chunk.
        var checksum: UInt32
    }

    private struct Identity: Hashable {
        var digest: SHA256Digest
        var byteCount: Int
    }

    private var sketches = Set<Sketch>()
    private var variables: [Identity: Int] = [:]

    /// Whether there may be a variable with these bytes: then the digests of all are needed.
    func mayHold(_ sketch: Sketch) -> Bool { sketches.contains(sketch) }

    /// The first variable with these values.
    func variable(_ digest: SHA256Digest, byteCount: Int) -> Int? {
        variables[Identity(digest: digest, byteCount: byteCount)]
    }

    /// Adds values whose digest is not known yet.
    mutating func insert(_ sketch: Sketch) {
        sketches.insert(sketch)
    }

    mutating func insert(_ variable: Int, _ digest: SHA256Digest, byteCount: Int) {
        let identity = Identity(digest: digest, byteCount: byteCount)
        if variables[identity] == nil { variables[identity] = variable }
    }
}

import LTFNBytes
import LTFNCheckpoint

/// What the chunks of a file mean.
package struct Index: Sendable {
    static let magic: [UInt8] = [0x4C, 0x54, 0x46, 0x4E, 0x49, 0x44, 0x58, 0x0A]
    static let headByteCount = 88

    package var manifest: Manifest
    /// 32 bytes for each variable: the digest of its values; zeros for a tied one.
    package var digests: [UInt8]
    package var storages: [VariableStorage]
    package var chunks: [ChunkRecord]
    package var bases: [SHA256Digest]
    package var retired: [RetiredRegion]

    package init(
        manifest: Manifest, digests: [UInt8], storages: [VariableStorage], chunks: [ChunkRecord],
        bases: [SHA256Digest] = [], retired: [RetiredRegion] = []
    ) {
        self.manifest = manifest
        self.digests = digests
        self.storages = storages
        self.chunks = chunks
        self.bases = bases
        self.retired = retired
    }

    /// The digest of the values of a variable that is not tied.
    package func digest(_ variable: Int) -> SHA256Digest? {
        if case .tied = storages[variable] { return nil }
        return SHA256Digest(bytes: Array(digests[variable * 32..<variable * 32 + 32]))
    }

    /// The numbers of the chunks of a variable.
    package func chunkRange(_ variable: Int) -> Range<Int> {
        guard case .chunks(let exponent, let first) = storages[variable] else { return 0..<0 }
        let byteCount = manifest.variables[variable].tensor.byteCount
        return first..<first + ChunkGrid(byteCount: byteCount, exponent: exponent).count
    }

    /// What a reader must be able to do.
    package var features: Features {
        var features: Features = []
        for storage in storages {
            if case .initial = storage { features.insert(.initialValues) }
            if case .base = storage { features.insert(.baseFiles) }
        }
        for chunk in chunks {
            if chunk.codec.usesInitialValues { features.insert(.initialValues) }
            if chunk.codec.usesBase { features.insert(.baseFiles) }
        }
        return features
    }
}

// Writing.
extension Index {
    /// The bytes of the index, and the content digest in them.
    ///
    /// - Throws: `notRepresentable`; `io` when memory is short.
    package func encoded() throws(FormatError) -> (bytes: [UInt8], contentDigest: SHA256Digest) {
        // Every part is there twice, and what grows has up to twice the room that it needs.
        try AvailableMemory.expect(
            4 * (manifest.metadataFootprint + 80 * storages.count + 24 * chunks.count))
        var metadata = ByteWriter()
        try MetadataLayout.write(manifest.metadata, to: &metadata)
        var graph = ByteWriter()
        if let model = manifest.graph { try GraphLayout.write(model, to: &graph) }

        var content = try ContentDigest(
            metadata: metadata.bytes[...], graph: graph.bytes[...], variableCount: storages.count)
        var variables = ByteWriter(reservingCapacity: storages.count * 80)
        for (number, variable) in manifest.variables.enumerated() {
            let start = variables.count
            try VariableLayout.writeContent(
                variable, digest: digests[number * 32..<number * 32 + 32],
                target: variable.tiedTo.flatMap { manifest.index(of: $0) }, to: &variables)
            content.update(variables.bytes[start...])
            VariableLayout.write(storages[number], to: &variables)
        }
        let digest = content.finalize()

        var writer = ByteWriter(
            reservingCapacity: Self.headByteCount + metadata.count + graph.count
                + variables.count + bases.count * 32 + (retired.count + chunks.count) * 24)
        writer.append(Self.magic)
        writer.append(digest.bytes)
        for count in [storages.count, chunks.count, metadata.count, graph.count, variables.count] {
            writer.u64(UInt64(count))
        }
        writer.u32(UInt32(bases.count))
        writer.u32(UInt32(retired.count))
        writer.append(metadata.bytes)
        writer.append(graph.bytes)
        for base in bases { writer.append(base.bytes) }
        for region in retired { region.write(to: &writer) }
        writer.append(variables.bytes)
        for chunk in chunks { chunk.write(to: &writer) }
        return (writer.bytes, digest)
    }
}

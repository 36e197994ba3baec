import LTFNBytes
import LTFNCheckpoint
import LTFNFiles

extension NativeFormat {
    /// What is added to a file.
    public struct Addition: Sendable {
        /// New variables; none has the name of one that is there.
        public var variables: [VariableInfo]
        /// nil: the metadata stays.
        public var metadata: Metadata?
        /// nil: the graph stays.
        public var graph: ModelGraph?

        public init(
            variables: [VariableInfo] = [], metadata: Metadata? = nil, graph: ModelGraph? = nil
        ) {
            self.variables = variables
            self.metadata = metadata
            self.graph = graph
        }
    }

    /// Adds to a file: its bytes stay where they are, chunks and a new index come after them.
    ///
    /// - Parameters:
    ///   - sink: gets the whole new file, unless its position is the end of the old one: then only
    ///     what is new.
    ///   - values: the values of a new variable.
    /// - Throws: `corrupt` when the variables do not go together, `io`, and what `values` throws.
    public func append(
        _ addition: Addition, to reader: NativeReader, sink: any ByteSink,
        values: (VariableInfo) throws(FormatError) -> TensorData
    ) throws(FormatError) {
        guard let footer = reader.footer else {
            throw FormatError(
                .corrupt, format: Self.formatName, rule: "LTFN-R4",
                "A file that was recovered cannot be added to: write it anew.")
        }
        let old = reader.index
        let manifest = try Manifest(
            variables: old.manifest.variables + addition.variables,
            metadata: addition.metadata ?? old.manifest.metadata,
            graph: addition.graph ?? old.manifest.graph)
        let isOld = manifest.variables.map { old.manifest.index(of: $0.name) }
        var index = Index(
            manifest: manifest,
            digests: [UInt8](repeating: 0, count: manifest.variables.count * 32),
            storages: manifest.variables.map { _ in .tied }, chunks: old.chunks, bases: old.bases,
            retired: old.retired + (try retiredRegions(of: reader, footer)))
        for (number, position) in isOld.enumerated() {
            guard let position else { continue }
            index.storages[number] = old.storages[position]
            index.digests.replaceSubrange(
                number * 32..<number * 32 + 32,
                with: old.digests[position * 32..<position * 32 + 32])
        }
        let isDone = zip(manifest.variables, isOld).map { $0.tiedTo != nil || $1 != nil }
        var writer = try NativeWriter(
            sink, index: index, isDone: isDone, options: options, base: nil)
        try writer.begin(behind: reader.source)
        for (number, variable) in manifest.variables.enumerated() where !isDone[number] {
            try writer.write(try values(variable), at: number)
        }
        try writer.finish()
    }

    /// Adds to a file in place.
    ///
    /// The new footer is written when everything before it is on the disk. A process that is killed
    /// earlier leaves a file whose end is missing: `NativeReader.recovering` gives what it was.
    ///
    /// - Parameter values: the values of a new variable.
    /// - Throws: all that opening the file throws; `corrupt` when the variables do not go together,
    ///   `io`, and what `values` throws. The file is then what it was.
    public func append(
        _ addition: Addition, toFileAt path: String, limits: DecodingLimits = .standard,
        values: (VariableInfo) throws(FormatError) -> TensorData
    ) throws(FormatError) {
        // The lock comes first: what is read then is what is added to.
        let writer = try AppendingFileWriter(path: path, holdingBack: Footer.byteCount)
        defer { writer.abandon() }
        let reader = try NativeReader(
            FileSource(path: path), limits: limits, threadCount: options.threadCount)
        try append(addition, to: reader, sink: writer, values: values)
        try writer.commit()
    }

    private func retiredRegions(
        of reader: NativeReader, _ footer: Footer
    ) throws(FormatError) -> [RetiredRegion] {
        let offset = footer.indexOffset + footer.indexByteCount
        let bytes = try reader.source.read(at: offset, byteCount: Footer.byteCount)
        return [
            RetiredRegion(
                offset: footer.indexOffset, byteCount: footer.indexByteCount,
                checksum: footer.indexChecksum, kind: .index),
            RetiredRegion(
                offset: offset, byteCount: UInt64(Footer.byteCount),
                checksum: CRC32C.checksum(bytes), kind: .footer),
        ]
    }
}

extension NativeWriter {
    /// Makes what is written follow the bytes of `source`.
    fileprivate mutating func begin(behind source: any ByteSource) throws(FormatError) {
        guard sink.position != source.byteCount else {
            position = source.byteCount
            return
        }
        while position < source.byteCount {
            let count = min(source.byteCount - position, 1 << 20)
            try put(try source.read(at: position, byteCount: Int(count)))
        }
    }
}

import LTFNBytes
import LTFNCheckpoint

/// The index of a set of safetensors files.
///
///     {"metadata": {"total_size": 123, ..}, "weight_map": {name: file, ..}}
///
/// A convention of the transformers library. Every tensor of the set stands in the map, with the
/// file that holds it; what else is said of the whole stands in the metadata.
struct ShardIndex {
    /// What the name of an index ends with.
    static let ending = ".safetensors.index.json"

    /// For every tensor the file that holds it.
    var files: [VariableName: String]
    var metadata: [JSONMember]
    /// What the tensors are called that the set calls as no variable can be called.
    private(set) var names = ForeignNames([])

    /// The names of the files, each once, in ascending order of their bytes.
    var fileNames: [String] {
        Set(files.values.map { ByteString($0) }).sorted().map(\.string)
    }

    init(files: [VariableName: String], metadata: [JSONMember]) {
        self.files = files
        self.metadata = metadata
    }

    /// - Throws: `notThisFormat`, `corrupt`, `unsupportedFeature`, `limitExceeded`, `truncated`,
    ///   `io`.
    init(parsing source: any ByteSource, limits: DecodingLimits) throws(FormatError) {
        let limit = min(
            UInt64(max(limits.indexByteCount, 0)), SafetensorsHeader.maximumTextByteCount)
        guard source.byteCount <= limit else {
            throw Self.error(
                .limitExceeded,
                "The index has \(source.byteCount) bytes; \(limit) are allowed.")
        }
        let text = try source.read(at: 0, byteCount: Int(source.byteCount))
        let document = try JSONReader.read(
            text, limit: Int(limit), format: ShardedSafetensorsFormat.name)
        guard case .object = document, case .object(let entries)? = document["weight_map"] else {
            throw Self.error(
                .notThisFormat, "The index has no object \"weight_map\" of tensors and their files."
            )
        }
        guard entries.count <= limits.variableCount else {
            throw Self.error(
                .limitExceeded,
                "The index names \(entries.count) tensors; \(limits.variableCount) are allowed.")
        }
        files = [:]
        files.reserveCapacity(entries.count)
        names = ForeignNames(entries.map(\.key))
        for entry in entries {
            guard case .string(let file) = entry.value else {
                throw Self.error(
                    .corrupt, variable: entry.key, "The index names no file for the tensor.")
            }
            let name = try names.variableName(
                entry.key, format: ShardedSafetensorsFormat.name)
            files[name] = file
        }
        switch document["metadata"] {
        case nil, .null?: metadata = []
        case .object(let members)?: metadata = members
        default: throw Self.error(.corrupt, "The \"metadata\" of the index are no JSON object.")
        }
    }

    /// The text of the index.
    var text: String {
        let map = files.map { JSONMember($0.key.string, .string($0.value)) }
        return JSONValue.object([
            JSONMember("metadata", .object(metadata)), JSONMember("weight_map", .object(map)),
        ]).rendered(.pretty) + "\n"
    }

    static func error(
        _ code: FormatError.Code, variable: String? = nil, path: String? = nil, _ message: String
    ) -> FormatError {
        FormatError(
            code, format: ShardedSafetensorsFormat.name,
            variable: variable.map { String($0.prefix(100)) }, path: path, message)
    }
}

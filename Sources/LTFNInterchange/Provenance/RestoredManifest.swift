import LTFNBytes
import LTFNCheckpoint

/// What a file says of its tensors, with as much of its record (`EmbeddedManifest`) as still holds.
///
/// Another program may have added, removed, renamed or cast tensors and carried the record along.
/// The tensors are read all the same; each part of the record that does not fit them is a loss by
/// name.
struct RestoredManifest {
    var manifest: Manifest
    private(set) var losses: [FormatLoss] = []
    /// What the file holds and `manifest` does not.
    private let leftOut: Set<ByteString>

    /// - Parameters:
    ///   - tensors: all that can be read of the file, less its metadata.
    ///   - strings: the metadata, the record among them.
    ///   - leftOut: what the file holds and `tensors` does not.
    /// - Throws: `io`, and `corrupt` for metadata beside the record that are none.
    init(
        _ tensors: Manifest, strings: [JSONMember], leftOut: Set<ByteString> = []
    ) throws(FormatError) {
        self.leftOut = leftOut
        var pairs: [(key: String, value: MetadataValue)] = []
        var document: String?
        for member in strings {
            guard case .string(let string) = member.value else { continue }
            if member.key == EmbeddedManifest.key {
                document = string
            } else {
                pairs.append((member.key, .string(string)))
            }
        }
        manifest = try Manifest(
            variables: tensors.variables, metadata: Metadata(unordered: pairs))
        guard let document else { return }
        do throws(FormatError) {
            let parts = try Parts(document)
            restoreAdded(parts.added)
            restoreMetadata(parts.metadata)
            try restoreVariables(parts.variables)
            restoreGraph(parts.graph)
        } catch {
            if error.code == .io { throw error }
            lose(.metadata, "Its record of initializers, graph and metadata is left out", error)
        }
    }

    /// The keys of the document.
    private struct Parts {
        /// What was only written for other programs.
        var added: JSONValue?
        var metadata: JSONValue?
        var graph: JSONValue?
        var variables: [JSONMember] = []

        init(_ document: String) throws(FormatError) {
            try AvailableMemory.expect(document.utf8.count)
            let value = try JSONReader.read(Array(document.utf8), minusZero: .integer)
            // Beside the tree its parts are taken out, and become metadata.
            try AvailableMemory.expect(2 * value.footprint)
            var fields = try JSONFields(value, of: "the document")
            let found = try fields.string("schema")
            guard found == EmbeddedManifest.schema else {
                throw EmbeddedManifest.error(
                    "the schema is \(found.prefix(40)), not \(EmbeddedManifest.schema)",
                    code: .unsupportedVersion)
            }
            added = fields.optional("added")
            metadata = fields.optional("metadata")
            graph = fields.optional("graph")
            if let json = fields.optional("variables") {
                guard case .object(let members) = json else { throw fields.mismatch("variables") }
                variables = members
            }
            try fields.finish()
        }
    }

    private mutating func restoreAdded(_ json: JSONValue?) {
        guard let json else { return }
        do throws(FormatError) {
            // What another program has changed since is its own word.
            let added = try Metadata(json: json)
            manifest.metadata = try Metadata(
                unordered: manifest.metadata.entries.filter { added[$0.key.string] != $0.value }
                    .map { (key: $0.key.string, value: $0.value) })
        } catch {
            lose(.metadata, "What was added for other programs cannot be told", error)
        }
    }

    private mutating func restoreMetadata(_ json: JSONValue?) {
        guard let json else { return }
        do throws(FormatError) {
            var pairs = manifest.metadata.entries.map { (key: $0.key.string, value: $0.value) }
            let known = Set(manifest.metadata.entries.map(\.key))
            for entry in try Metadata(json: json).entries {
                guard !known.contains(entry.key) else {
                    losses.append(
                        FormatLoss(
                            .metadata,
                            "In the metadata \"\(EmbeddedManifest.key)\", "
                                + "\"\(entry.key.string.prefix(80))\" stands again with another value, "
                                + "which is left out: another program added the key."))
                    continue
                }
                pairs.append((entry.key.string, entry.value))
            }
            manifest.metadata = try Metadata(unordered: pairs)
        } catch {
            lose(.metadata, "What the record says of the file is left out", error)
        }
    }

    private mutating func restoreVariables(_ members: [JSONMember]) throws(FormatError) {
        var variables = manifest.variables
        for member in members where !leftOut.contains(ByteString(member.key)) {
            let name = try? VariableName(member.key)
            guard let name, let index = manifest.index(of: name) else {
                losses.append(
                    FormatLoss(
                        .initializer, variable: name,
                        "In the metadata \"\(EmbeddedManifest.key)\", "
                            + "\"\(member.key.prefix(80))\" is described, but not in the file: another "
                            + "program removed or renamed it."))
                continue
            }
            do throws(FormatError) {
                try variables[index].restore(member.value)
            } catch {
                lose(.initializer, of: name, "What the record says of it is left out", error)
            }
        }
        manifest = try Manifest(variables: variables, metadata: manifest.metadata)
    }

    private mutating func restoreGraph(_ json: JSONValue?) {
        guard let json else { return }
        do throws(FormatError) {
            manifest.graph = try ModelGraph(json: json)
        } catch {
            lose(.graph, "It is left out", error)
        }
    }

    private mutating func lose(
        _ subject: FormatLoss.Subject, of variable: VariableName? = nil, _ what: String,
        _ error: FormatError
    ) {
        let place = "In the metadata \"\(EmbeddedManifest.key)\""
        let reason = error.message.hasPrefix(place) ? error.message : "\(place): \(error.message)"
        losses.append(FormatLoss(subject, variable: variable, "\(what). \(reason)"))
    }
}

extension RestoredManifest {
    /// Leaves the graph out when it uses variables that are not there.
    mutating func expectWholeGraph() {
        let missing = manifest.graph?.variableNames.first { manifest.index(of: $0) == nil }
        guard let missing else { return }
        manifest.graph = nil
        losses.append(
            FormatLoss(
                .graph,
                "The graph uses \"\(missing)\", which is not among the tensors that are "
                    + "read."))
    }
}

extension VariableInfo {
    /// Takes what is known beside dtype and shape, all or nothing.
    fileprivate mutating func restore(_ json: JSONValue) throws(FormatError) {
        var fields = try JSONFields(json, of: "\"\(name)\"")
        let dtype = try fields.string("dtype")
        let shape = try fields.integers("shape")
        guard dtype == tensor.dtype.rawValue, shape == tensor.shape.dimensions else {
            throw EmbeddedManifest.error(
                "\"\(name)\" is described as \(dtype.prefix(20)) \(shape), the file holds "
                    + "\(tensor.dtype.rawValue) \(tensor.shape): it was changed by another program")
        }
        var restored = self
        if let value = fields.optional("initializer") {
            restored.initializer = try InitializerSpec(json: value)
        }
        if let value = fields.optional("metadata") { restored.metadata = try Metadata(json: value) }
        try fields.finish()
        self = restored
    }
}

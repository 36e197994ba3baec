import LTFNBytes
import LTFNCheckpoint

/// What a checkpoint says beside its values, kept in the string metadata of a foreign format.
///
/// Metadata of the file that are strings stand as they are. All else (initializers, the model
/// graph, other metadata) is one JSON document under the key `ltfn.manifest`:
///
///     {"schema": "ltfn.manifest/1",
///      "graph": {..}, "metadata": {..},
///      "variables": {name: {"dtype": "f32", "shape": [..], "initializer": {..}, "metadata": {..}}}}
///
/// Every key but `schema` is left out when there is nothing to say, and so is the document. Other
/// programs change tensors and carry the document along: what is not understood, or does not fit
/// the file, must not be carried on as if it were true, and is a loss by name (`RestoredManifest`).
/// `Spec/embedded-manifest.md` is the whole description.
enum EmbeddedManifest {
    static let key = "ltfn.manifest"
    /// Where safetensors files say which framework has written them.
    private static let frameworkKey = "format"
    static let schema = "ltfn.manifest/1"
    /// Below what JSON readers allow, less the four levels around a value.
    private static let depthLimit = JSONReader.depthLimit - 4

    static func error(
        _ message: String, code: FormatError.Code = .corrupt
    ) -> FormatError {
        FormatError(code, "In the metadata \"\(key)\", \(message).")
    }

    /// What cannot be kept.
    static func losses(writing manifest: Manifest) -> [FormatLoss] {
        var losses: [FormatLoss] = []
        if manifest.metadata[key] != nil {
            losses.append(FormatLoss(.metadata, "The key \"\(key)\" is taken."))
        } else if manifest.metadata.jsonDepth > depthLimit {
            losses.append(FormatLoss(.metadata, "The metadata are nested too deep."))
        }
        for variable in manifest.variables {
            if variable.metadata.jsonDepth > depthLimit {
                losses.append(
                    FormatLoss(
                        .metadata, variable: variable.name, "The metadata are nested too deep."))
            }
            if let initializer = variable.initializer, initializer.jsonDepth > depthLimit {
                losses.append(
                    FormatLoss(
                        .initializer, variable: variable.name,
                        "Its parameters are nested too deep."))
            }
        }
        return losses
    }

    /// The string metadata for `manifest`, in ascending order of the keys.
    ///
    /// - Parameters:
    ///   - isPart: of a whole that has a document.
    ///   - isForLoaders: whether the loaders of transformers read such files.
    static func strings(
        of manifest: Manifest, isPart: Bool = false, isForLoaders: Bool = true
    ) -> [(key: String, value: String)] {
        let losses = Self.losses(writing: manifest)
        func owners(losing subject: FormatLoss.Subject) -> Set<VariableName?> {
            Set(losses.filter { $0.subject == subject }.map(\.variable))
        }
        let (withoutMetadata, withoutInitializer) = (
            owners(losing: .metadata), owners(losing: .initializer)
        )
        var strings: [(key: String, value: String)] = []
        var members: [JSONMember] = []
        if !withoutMetadata.contains(nil) {
            var others = Metadata()
            for entry in manifest.metadata.entries {
                if case .string(let string) = entry.value {
                    strings.append((entry.key.string, string))
                } else {
                    others[entry.key.string] = entry.value
                }
            }
            if !others.isEmpty { members.append(JSONMember("metadata", others.json)) }
        }
        if let graph = manifest.graph { members.append(JSONMember("graph", graph.json)) }
        var variables: [JSONMember] = []
        for variable in manifest.variables {
            var info = variable
            if withoutMetadata.contains(variable.name) { info.metadata = [:] }
            if withoutInitializer.contains(variable.name) { info.initializer = nil }
            if let json = info.provenance {
                variables.append(JSONMember(variable.name.string, json))
            }
        }
        if !variables.isEmpty { members.append(JSONMember("variables", .object(variables))) }
        if isPart || !members.isEmpty {
            let added = !isForLoaders ? [] : Self.added(beside: strings.map(\.key), manifest)
            if !added.isEmpty {
                strings += added
                let pairs = added.map { JSONMember($0.key, .string($0.value)) }
                members.append(JSONMember("added", .object(pairs)))
            }
            members.append(JSONMember("schema", .string(schema)))
            strings.append((key, JSONValue.object(members).rendered()))
        }
        return strings.sorted { ByteString($0.key) < ByteString($1.key) }
    }

    /// What other programs look for and `manifest` does not say: the loaders of transformers want
    /// to know which framework a file is for. Our tensors are as any of them saves them, and `pt`
    /// is what all read.
    private static func added(
        beside keys: [String], _ manifest: Manifest
    ) -> [(key: String, value: String)] {
        let isTaken = keys.contains(frameworkKey) || manifest.metadata[frameworkKey] != nil
        return isTaken ? [] : [(frameworkKey, "pt")]
    }
}

extension VariableInfo {
    /// What is known beside dtype and shape; nil when nothing is.
    fileprivate var provenance: JSONValue? {
        guard initializer != nil || !metadata.isEmpty else { return nil }
        var members = [
            JSONMember("dtype", .string(tensor.dtype.rawValue)),
            JSONMember("shape", .integers(tensor.shape.dimensions)),
        ]
        if let initializer { members.append(JSONMember("initializer", initializer.json)) }
        if !metadata.isEmpty { members.append(JSONMember("metadata", metadata.json)) }
        return .object(members)
    }
}

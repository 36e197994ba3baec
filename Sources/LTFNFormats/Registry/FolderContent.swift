import LTFNCheckpoint

/// A folder that is no set of files, told by the names in it: what is there, and what to name
/// instead.
///
/// A model that lies alone in a folder is not opened by the name of the folder: the day another one
/// lies beside it, the same command would mean something else.
struct FolderContent {
    /// The indexes of sets.
    private var indexes: [String] = []
    /// The files that are called as models are, other than parts of sets.
    private var models: [String] = []
    private var parts: [(name: String, index: String, isReadAlone: Bool)] = []
    /// How the files of models end.
    private let endings: [String]
    /// The format of the one index that there is, when nothing else could be meant.
    let format: (any SetFormat)?

    init(_ names: [String], registry: FormatRegistry) {
        endings = registry.formats.filter { !$0.traits.isSet }
            .flatMap { $0.traits.fileExtensions.map { "." + $0 } }
        for name in names {
            switch registry.sets.lazy.compactMap({ $0.member(named: name) }).first {
            case .index: indexes.append(name)
            case .part(let index, let isReadAlone): parts.append((name, index, isReadAlone))
            case nil:
                if !name.hasPrefix("."), registry.format(forPath: name) != nil {
                    models.append(name)
                }
            }
        }
        let index = indexes.count == 1 && models.isEmpty ? indexes[0] : nil
        format = index.flatMap { name in
            registry.sets.first { $0.member(named: name) == .index }
        }
    }

    /// - Parameter path: of the folder.
    func sentence(path: String) -> String {
        let start = "This is a folder"
        if indexes.count > 1 {
            return start + " with \(indexes.count) sets, \(Self.list(indexes)): name the index of "
                + "one, as in \(Self.join(path, indexes[0]))."
        }
        if models.count == 1 {
            return start + " with one model: name the file, \(Self.join(path, models[0]))."
        }
        if let first = models.first {
            return start + " with \(models.count) models, \(Self.list(models)): name one of them, "
                + "as in \(Self.join(path, first))."
        }
        if let first = parts.first {
            return start
                + " with parts of a set (\(Self.list(parts.map(\.name)))), whose index is missing: "
                + "fetch \(first.index) as well"
                + (first.isReadAlone
                    ? ", or name one part, as in \(Self.join(path, first.name))." : ".")
        }
        return "This folder holds no model file (\(endings.joined(separator: ", "))). "
            + "Name the file to read."
    }

    /// The first few names.
    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(3).joined(separator: ", ")
        return names.count > 3 ? shown + " and \(names.count - 3) more" : shown
    }

    private static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }
}

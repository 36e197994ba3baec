import LTFNBytes

extension ModelFile {
    /// Opens a file that is in memory, of any readable format.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - name: what the file would be called; only for errors, and for what its content does not
    ///     tell.
    ///   - options: as for a path.
    /// - Throws: as for a path.
    public init(
        bytes: [UInt8], name: String = "memory", _ options: Options = Options()
    ) throws(FormatError) {
        try self.init(SingleFile(MemorySource(bytes), name: name), options)
    }

    /// Opens a file that `source` gives, of any readable format; only what is asked for is read.
    ///
    /// - Parameters:
    ///   - source: where the bytes come from.
    ///   - name: what the file would be called; only for errors, and for what its content does not
    ///     tell.
    ///   - options: as for a path.
    /// - Throws: as for a path.
    public init(
        source: any ByteSource, name: String, _ options: Options = Options()
    ) throws(FormatError) {
        try self.init(SingleFile(source, name: name), options)
    }

    /// What the file says about itself as a whole.
    public var metadata: Metadata { reader.manifest.metadata }

    /// The network that the variables belong to, where the file holds it.
    public var graph: ModelGraph? { reader.manifest.graph }

    /// The names of the variables, in ascending order of their bytes.
    public var names: [String] { reader.manifest.variables.map(\.name.string) }

    /// The variable called `name`; its values are read when they are asked for.
    ///
    /// Complexity: O(log n).
    ///
    /// - Throws: `corrupt` when the file holds no such variable.
    public subscript(name: String) -> StoredTensor {
        get throws(FormatError) {
            let known = try? VariableName(name)
            guard let index = known.flatMap({ reader.manifest.index(of: $0) }) else {
                throw unknown(name)
            }
            return StoredTensor(self, index)
        }
    }

    /// All values, by the names of the variables; tied ones share their memory.
    ///
    /// - Throws: `limitExceeded` when they take more than `limits` allow to make out of a file of
    ///   this length; what reading one throws.
    public func tensors() throws(FormatError) -> [String: TensorData] {
        var budget = budget
        var tensors: [String: TensorData] = [:]
        try FormatError.about(path) { () throws(FormatError) in
            for (index, variable) in reader.manifest.variables.enumerated()
            where variable.tiedTo == nil {
                try budget.charge(UInt64(variable.tensor.byteCount))
                tensors[variable.name.string] = try reader.read(index)
            }
        }
        for variable in reader.manifest.variables {
            guard let target = variable.tiedTo else { continue }
            tensors[variable.name.string] = tensors[target.string]
        }
        return tensors
    }

    /// All values, and what the file says about itself as a whole.
    ///
    /// - Throws: as `tensors()`.
    public func load() throws(FormatError) -> (tensors: [String: TensorData], metadata: Metadata) {
        (try tensors(), metadata)
    }

    private func unknown(_ name: String) -> FormatError {
        let names = names
        let near = names.count <= 10_000 ? Spelling.suggestion(for: name, among: names) : nil
        let some = names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
        return FormatError(
            .corrupt, variable: String(name.prefix(200)), path: path,
            "The file holds no variable of that name"
                + Spelling.question(
                    near, else: "; there \(names.isEmpty ? "is none" : "are \(some)")."))
    }
}

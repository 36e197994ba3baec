import LTFNBytes

/// A checkpoint that is wholly in memory.
public struct Checkpoint: Sendable {
    public private(set) var manifest: Manifest
    /// The values of `manifest.variables`, in the same order; a tied variable has those of its
    /// target.
    public private(set) var tensors: [TensorData]

    /// - Throws: `corrupt` when the tensors are not those the manifest describes.
    public init(manifest: Manifest, tensors: [TensorData]) throws(FormatError) {
        guard manifest.variables.count == tensors.count else {
            throw FormatError(
                .corrupt,
                "\(manifest.variables.count) variables are described, "
                    + "found \(tensors.count) tensors.")
        }
        for (variable, tensor) in zip(manifest.variables, tensors)
        where variable.tensor != tensor.info {
            throw FormatError(
                .corrupt, variable: variable.name.string,
                "It is described as \(variable.tensor.dtype.rawValue) \(variable.tensor.shape), "
                    + "found \(tensor.info.dtype.rawValue) \(tensor.info.shape).")
        }
        self.manifest = manifest
        self.tensors = tensors
    }

    /// Reads every variable.
    ///
    /// - Throws: what the reader throws; `limitExceeded` when the values take more than
    ///   `memoryLimit` bytes.
    public init(
        reading reader: any CheckpointReader, memoryLimit: UInt64 = .max
    ) throws(FormatError) {
        var total: UInt64 = 0
        for variable in reader.manifest.variables where variable.tiedTo == nil {
            let (sum, overflow) = total.addingReportingOverflow(UInt64(variable.tensor.byteCount))
            guard !overflow, sum <= memoryLimit else {
                throw FormatError(
                    .limitExceeded, variable: variable.name.string,
                    "The variables up to this one take more than the \(memoryLimit) bytes that "
                        + "may be loaded at once; they can be read one by one.",
                    remedy: .raiseExpansionLimit)
            }
            total = sum
        }
        let manifest = reader.manifest
        let holders = manifest.variables.indices.filter { manifest.variables[$0].tiedTo == nil }
        var tensors = [TensorData?](repeating: nil, count: manifest.variables.count)
        for (index, tensor) in zip(holders, try reader.read(holders)) { tensors[index] = tensor }
        // Tied variables share the bytes of their target.
        for (index, variable) in manifest.variables.enumerated() {
            guard let target = variable.tiedTo.flatMap({ manifest.index(of: $0) }) else { continue }
            tensors[index] = tensors[target]
        }
        try self.init(manifest: manifest, tensors: tensors.compactMap { $0 })
    }

    /// A checkpoint without variables.
    public init() {
        manifest = Manifest()
        tensors = []
    }

    /// Adds a variable. Complexity: O(n), for the variables stay in order.
    ///
    /// - Throws: `corrupt` for a name that is taken, and for a tensor that is not the one
    ///   described.
    public mutating func add(_ variable: VariableInfo, _ tensor: TensorData) throws(FormatError) {
        let place = manifest.place(of: variable.name)
        var (variables, tensors) = (manifest.variables, tensors)
        variables.insert(variable, at: place)
        tensors.insert(tensor, at: place)
        self = try Checkpoint(
            manifest: Manifest(
                variables: variables, metadata: manifest.metadata, graph: manifest.graph),
            tensors: tensors)
    }

    /// What the file says about itself as a whole.
    public var metadata: Metadata {
        get { manifest.metadata }
        set { manifest.metadata = newValue }
    }

    /// The network that the variables belong to.
    public var graph: ModelGraph? {
        get { manifest.graph }
        set { manifest.graph = newValue }
    }

    /// The values of a variable. Complexity: O(log n).
    public subscript(name: VariableName) -> TensorData? {
        manifest.index(of: name).map { tensors[$0] }
    }
}

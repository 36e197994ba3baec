import LTFNBytes

extension Checkpoint {
    /// Reads a file of any readable format whole.
    ///
    /// - Throws: all that opening and reading can throw.
    public init(contentsOf file: ModelFile) throws(FormatError) {
        self = try FormatError.about(file.path) { () throws(FormatError) in
            try Checkpoint(reading: file.reader, memoryLimit: file.budget.limit)
        }
    }

    /// Adds a variable that `recipe` fills, and records how: reading the file later, the same
    /// values can be made again from the record.
    ///
    /// - Parameters:
    ///   - name: what the variable is called.
    ///   - shape: kernels of convolutions are `[H, W, I, O]`, of dense layers `[in, out]`.
    ///   - dtype: float32, or another float of at least 16 bits; constants have values in every
    ///     dtype.
    ///   - recipe: how it is filled.
    ///   - seed: the same seed gives the same values, bit for bit.
    ///   - stream: which of the seed's independent sequences; nil: the number of variables so far.
    ///   - fans: nil: those of the shape.
    /// - Throws: `corrupt` for a name that is taken; `notRepresentable` for a name or a recipe that
    ///   cannot be; `limitExceeded`, `io` when the values take too much memory.
    public mutating func add(
        _ name: String, shape: [Int], dtype: DType = .f32, initializer recipe: InitializerRecipe,
        seed: UInt64 = 0, stream: UInt64? = nil, fans: Fans? = nil
    ) throws(FormatError) {
        let info = try TensorInfo(dtype: dtype, shape: TensorShape(shape))
        let (tensor, spec) = try Initializer.fill(
            info, with: recipe, seed: seed, stream: stream ?? UInt64(manifest.variables.count),
            fans: fans)
        try add(
            VariableInfo(name: VariableName(name), tensor: info, initializer: spec), tensor)
    }

    /// Adds a variable with these values.
    ///
    /// - Parameters:
    ///   - name: what the variable is called.
    ///   - tensor: type, shape and values.
    ///   - initializer: how it was first filled, where that is known.
    ///   - metadata: what else there is to say about the variable.
    /// - Throws: `corrupt` for a name that is taken, `notRepresentable` for a name that cannot be.
    public mutating func add(
        _ name: String, _ tensor: TensorData, initializer: InitializerSpec? = nil,
        metadata: Metadata = [:]
    ) throws(FormatError) {
        try add(
            VariableInfo(
                name: VariableName(name), tensor: tensor.info, initializer: initializer,
                metadata: metadata), tensor)
    }

    /// Adds a variable with these float32 values, in row-major order.
    ///
    /// - Throws: `corrupt` for a name that is taken, and when `floats` are not as many as `shape`
    ///   has elements; `notRepresentable` for a name that cannot be.
    public mutating func add(
        _ name: String, shape: [Int], floats: [Float]
    ) throws(FormatError) {
        try add(name, TensorData(shape: shape, floats: floats))
    }

    /// The names of the variables, in ascending order of their bytes.
    public var names: [String] { manifest.variables.map(\.name.string) }

    /// The values of the variable called `name`. Complexity: O(log n).
    public subscript(name: String) -> TensorData? {
        (try? VariableName(name)).flatMap { self[$0] }
    }
}

import LTFNBytes

/// A variable of an open file. Its values are read when they are asked for.
///
/// Safe to use from several threads at once.
public struct StoredTensor: Sendable {
    /// The file that it is in.
    public let file: ModelFile
    private let index: Int

    init(_ file: ModelFile, _ index: Int) {
        self.file = file
        self.index = index
    }

    /// All that the file says about the variable.
    public var info: VariableInfo { file.reader.manifest.variables[index] }

    /// What the variable is called.
    public var name: String { info.name.string }

    /// The type of an element.
    public var dtype: DType { info.tensor.dtype }

    /// The dimensions, the slowest first.
    public var shape: [Int] { info.tensor.shape.dimensions }

    /// The recipe that first filled the variable, where the file records it.
    public var initializer: InitializerSpec? { info.initializer }

    /// All values.
    ///
    /// - Throws: `checksumMismatch` when they are not those that were written; `limitExceeded` when
    ///   they are more than may be made out of a file of this length; `truncated`, `corrupt`, `io`.
    public func tensor() throws(FormatError) -> TensorData {
        var budget = file.budget
        return try FormatError.about(file.path) { () throws(FormatError) in
            do throws(FormatError) {
                try budget.charge(UInt64(info.tensor.byteCount))
                return try file.reader.read(index)
            } catch {
                throw error.naming(name)
            }
        }
    }

    /// Some of the values; only what is asked for is read.
    ///
    /// - Parameter slice: as NumPy's basic indexing: `[0, :, 3]`, `[..., -1]`, `[10:20, ::2]`, with
    ///   steps of 1 or more.
    /// - Throws: `corrupt` when the slice is none, or does not fit the shape; as `tensor()`.
    public func slice(_ slice: String) throws(FormatError) -> TensorData {
        try FormatError.about(file.path) { () throws(FormatError) in
            var values = try SlicedValues(
                TensorSlice(slice), of: index, in: file.reader, budget: file.budget)
            let shape = values.region.shape
            let elements = try values.elements(0..<shape.elementCount)
            try values.finish()
            return try TensorData(
                info: TensorInfo(dtype: dtype, shape: shape), bytes: elements.bytes)
        }
    }

    /// The values as float32, in row-major order; see `TensorData.floats()`.
    ///
    /// - Throws: as `tensor()`, and `notRepresentable` for elements that are no real numbers.
    public func floats() throws(FormatError) -> [Float] {
        try converted { tensor throws(FormatError) in try tensor.floats() }
    }

    /// The values as float64, in row-major order; see `TensorData.doubles()`.
    ///
    /// - Throws: as `floats()`.
    public func doubles() throws(FormatError) -> [Double] {
        try converted { tensor throws(FormatError) in try tensor.doubles() }
    }

    /// The values as they are stored, in row-major order.
    ///
    /// - Throws: as `tensor()`, and `notRepresentable` when `type` is not how the dtype is stored.
    public func elements<T: TensorElement>(
        as type: T.Type = T.self
    ) throws(FormatError) -> [T] {
        try converted { tensor throws(FormatError) in try tensor.elements(as: type) }
    }

    /// The values where they stand in the file, without a copy, where file and format allow that;
    /// otherwise in memory.
    ///
    /// - Throws: as `tensor()`.
    public func view() throws(FormatError) -> TensorView {
        let mapped = try FormatError.about(file.path) { () throws(FormatError) in
            try file.reader.map(index)
        }
        if let mapped, let view = TensorView(info.tensor, mapped) { return view }
        return TensorView(try tensor())
    }

    private func converted<Value>(
        _ body: (TensorData) throws(FormatError) -> Value
    ) throws(FormatError) -> Value {
        let tensor = try tensor()
        do throws(FormatError) {
            return try body(tensor)
        } catch {
            throw error.naming(name).about(file.path)
        }
    }
}

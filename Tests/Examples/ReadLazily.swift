import LTFN

/// What a file holds, without reading any values.
public func list(_ path: String) throws -> [String] {
    let model = try ModelFile(path)
    return try model.names.map { name in
        let tensor = try model[name]
        return "\(name) \(tensor.dtype) \(tensor.shape)"
    }
}

/// The first rows of a table that may be larger than memory.
public func firstRows(_ count: Int, of name: String, at path: String) throws -> [Float] {
    let model = try ModelFile(path)
    let table = try model[name]
    guard let index = try model.reader.manifest.index(of: VariableName(name)),
        table.dtype == .f32, let rowCount = table.shape.first
    else { return [] }
    let columnCount = table.shape.dropFirst().reduce(1, *)
    let byteCount = min(count, rowCount) * columnCount * 4
    let part = try model.reader.read(index, bytes: 0..<byteCount)
    return part.floats.indices.map { part.floats[$0] }
}

/// The largest value, found where the values stand in the file.
public func largest(_ name: String, at path: String) throws -> Float? {
    let view = try ModelFile(path)[name].view()
    return try view.withElements(as: Float.self) { values in
        values.indices.map { values[$0] }.max()
    }
}

/// A file behind anything that gives ranges of bytes: an object store, an HTTP client, an archive.
public struct RangeSource: ByteSource {
    public let byteCount: UInt64
    /// The bytes of a range; nil when they cannot be had.
    private let fetch: @Sendable (Range<UInt64>) -> [UInt8]?

    public init(byteCount: UInt64, fetch: @escaping @Sendable (Range<UInt64>) -> [UInt8]?) {
        self.byteCount = byteCount
        self.fetch = fetch
    }

    public func read(at offset: UInt64, byteCount count: Int) throws(FormatError) -> [UInt8] {
        guard offset <= byteCount, UInt64(count) <= byteCount - offset else {
            throw FormatError(.truncated, offset: offset, "The object ends before \(count) bytes.")
        }
        guard let bytes = fetch(offset..<offset + UInt64(count)), bytes.count == count else {
            throw FormatError(.io, offset: offset, operation: .read, "The store did not answer.")
        }
        return bytes
    }
}

/// One tensor of a file in a store; only its bytes and the index are fetched.
public func readFromStore(_ source: RangeSource) async throws -> [Float] {
    let model = try await ModelFile.open(source: source, name: "store/model.ltfn")
    return try await model["layer1_weights"].floats()
}

/// A part of a column, whatever lies between its elements.
public func someOfFirstColumn(at path: String) throws -> [Float] {
    let column = try ModelFile(path)["embedding"].slice("[10:20, 0]")
    return try column.floats()
}

import LTFN

/// Tensors that were computed elsewhere, with a note of where they come from.
public func writeValues(_ embedding: [Float], rows: Int, to path: String) throws {
    var checkpoint = Checkpoint()
    try checkpoint.add("embedding", shape: [rows, embedding.count / rows], floats: embedding)
    checkpoint.metadata["author"] = .string("somebody")
    checkpoint.metadata["epoch"] = .i64(12)
    try checkpoint.save(to: path)
}

/// The same file in other formats.
public func export(_ path: String, to folder: String) throws {
    let checkpoint = try Checkpoint(contentsOf: ModelFile(path))
    try checkpoint.save(to: folder + "/model.safetensors")
    try checkpoint.save(to: folder + "/model.npz", losing: [.initializer, .metadata])
}

/// Adds a variable to an `.ltfn` file in place; what is there is not written again.
public func addAverages(_ averages: [Float], toFileAt path: String) throws {
    let values = try TensorData(shape: [averages.count], floats: averages)
    let variable = try VariableInfo(name: VariableName("averages"), tensor: values.info)
    try NativeFormat().append(.init(variables: [variable]), toFileAt: path) { _ in values }
}

/// Writes a file anew without what earlier additions left behind.
public func compact(_ path: String, to output: String) throws {
    let reader = try NativeReader(FileSource(path: path))
    let file = try DurableFileWriter(path: output, replacingExisting: false)
    defer { file.abandon() }
    try NativeFormat.compact(reader, to: file)
    try file.commit()
}

/// Writes a variable that is larger than memory, range by range.
public func writeLargeTable(rows: Int, to path: String) throws {
    let tensor = try TensorInfo(dtype: .u8, shape: TensorShape([rows, 1_000]))
    let table = try VariableInfo(name: VariableName("table"), tensor: tensor)
    let file = try DurableFileWriter(path: path, replacingExisting: false)
    defer { file.abandon() }
    try NativeFormat().write(Manifest(variables: [table]), to: file) {
        (_, range) throws(FormatError) in
        let bytes = range.map { UInt8(truncatingIfNeeded: $0 / 1_000) }
        return AlignedBytes(copying: bytes.rawSpan)
    }
    try file.commit()
}

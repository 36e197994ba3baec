import LTFN

/// Stores only what a fine-tuned model does not share with the model that it was made from.
public func writeDifference(
    of tuned: Checkpoint, from basePath: String, to path: String
) throws {
    let base = try NativeReader(FileSource(path: basePath))
    let file = try DurableFileWriter(path: path, replacingExisting: false)
    defer { file.abandon() }
    try NativeFormat(base: base).write(tuned, to: file)
    try file.commit()
}

/// Reads such a file.
public func readDifference(at path: String, from basePath: String) throws -> [String: TensorData] {
    try ModelFile(path, .init(bases: [basePath])).tensors()
}

/// Reads as much as there is of a file whose end is missing.
public func recover(_ path: String) throws -> (names: [String], remarks: [String]) {
    let model = try ModelFile(path, .init(recovers: true))
    return (model.names, model.notes)
}

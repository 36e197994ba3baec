import LTFN

/// All tensors by their names, and the metadata.
public func readAll(at path: String) throws -> ([String: TensorData], Metadata) {
    try ModelFile(path).load()
}

/// The values of one tensor where they stand in the file, where that can be.
public func view(at path: String) throws -> TensorView {
    try ModelFile(path)["layer1_weights"].view()
}

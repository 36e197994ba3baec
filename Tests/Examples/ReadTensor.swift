import LTFN

/// Opens a file of any readable format, and converts one tensor.
public func readTensor(at path: String) throws -> [Float] {
    let model = try ModelFile(path)
    return try model["layer1_weights"].floats()
}

/// The same out of memory.
public func readTensor(of bytes: [UInt8]) throws -> [Float] {
    let model = try ModelFile(bytes: bytes)
    return try model["layer1_weights"].floats()
}

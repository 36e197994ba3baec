import LTFN

/// How far a variable has moved from its initial values, relative to their norm; nil when the file
/// does not tell.
public func drift(of name: String, at path: String) throws -> Double? {
    let tensor = try ModelFile(path)[name]
    guard let record = tensor.initializer, record.isReproducible else { return nil }
    let start = try Initializer.sample(record, info: tensor.info.tensor).doubles()
    let now = try tensor.doubles()
    let moved = zip(now, start).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
    return (moved / start.map { $0 * $0 }.reduce(0, +)).squareRoot()
}

/// Whether the initial values are still those that the record names.
public func isTrue(_ record: InitializerSpec, of tensor: TensorInfo) -> Bool {
    (try? Initializer.verify(record, info: tensor)) != nil
}

/// A hundred initial values from the middle of a variable, without making the others.
public func someInitialValues() throws -> [Float] {
    let normal = try Initializer(
        recipe: .normal(mean: 0, standardDeviation: 0.02), seed: 7, stream: 3, fans: nil,
        dtype: .f32)
    let bytes = try normal.sample(1_000_000..<1_000_100)
    return bytes.floats.indices.map { bytes.floats[$0] }
}

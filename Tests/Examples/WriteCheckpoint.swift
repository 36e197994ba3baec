import LTFN

/// Writes a file whose variables record how they were filled.
public func writeCheckpoint(to path: String) throws {
    var checkpoint = Checkpoint()
    try checkpoint.add("layer1_weights", shape: [3, 3, 1, 8], initializer: .heNormal, seed: 1)
    try checkpoint.add("layer1_bias", shape: [8], initializer: .zeros)
    try checkpoint.save(to: path)
}

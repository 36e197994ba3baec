import LTFN

/// Trains a network of one's own on arrays of one's own.
///
/// - Parameters:
///   - pixels: `[N, 8, 8, 1] uint8`
///   - labels: `[N] uint8`, from 0 to 9.
public func trainNetwork(pixels: [UInt8], labels: [UInt8], savingTo path: String) throws {
    let data = try Dataset(pixels: pixels, labels: labels, height: 8, width: 8, testCount: 100)
    var network = try GraphBuilder(height: 8, width: 8)
    try network.convolution(outputs: 16)
    network.relu()
    try network.maxPool()
    network.flatten()
    try network.dense(outputs: 10)
    let run = TrainingConfiguration(
        model: network.model(named: "mine"), stepCount: 200, learningRate: 0.05)
    try Trainer(configuration: run, dataset: data).run().checkpoint.save(to: path)
}

import LTFN

/// Reads, writes and runs models; the README shows this.
public func libraryInTenLines(_ pixels: [UInt8]) throws -> (weights: [Float], class: Int) {
    let model = try ModelFile("model.safetensors")  // any readable format
    let weights = try model["layer1_weights"].floats()  // [Float], whatever the dtype

    var checkpoint = Checkpoint()
    try checkpoint.add("weights", shape: [3, 3, 1, 64], initializer: .heNormal, seed: 1)
    try checkpoint.save(to: "new.ltfn")  // the values, and how they were made

    let answer = try Classifier(ModelFile("model.ltfn")).classify(pixels)
    return (weights, answer.label)
}

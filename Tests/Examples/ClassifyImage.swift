import LTFN

/// Tells which class an image is of.
public func classify(_ pixels: [UInt8], withModelAt path: String) throws -> Int {
    let classifier = try Classifier(ModelFile(path))
    let answer = try classifier.classify(pixels)
    return answer.label
}

import Foundation
import LTFNDatasets
import TestSupport

/// A folder with a data set that a network is trained on in no time.
final class TrainingFolder {
    static let recipe = ["--data", "data", "--model", "mlp", "--batch-size", "5"]

    let folder: TemporaryFolder

    init() throws {
        folder = TemporaryFolder()
        let digits = SyntheticDigits()
        let (training, test) = (digits.training(count: 60), digits.test(count: 10))
        try FileManager.default.createDirectory(
            atPath: folder.path("data"), withIntermediateDirectories: true)
        try folder.write(training.images.idx, "data/train-images.idx")
        try folder.write(training.labels.idx, "data/train-labels.idx")
        try folder.write(test.images.idx, "data/test-images.idx")
        try folder.write(test.labels.idx, "data/test-labels.idx")
    }

    /// Runs `ltfn-train` in the folder, on its data.
    func train(_ arguments: String..., recipe: [String] = recipe) -> Outcome {
        Programs.run("ltfn-train", arguments + recipe, in: folder)
    }

    func damage(_ name: String, at place: (Int) -> Int = { $0 / 2 }) throws {
        var bytes = try folder.read(name)
        bytes[place(bytes.count)] ^= 0x10
        try folder.write(bytes, name)
    }

    /// The names beside the data.
    var names: [String] { folder.names.filter { $0 != "data" } }

    /// The contents of the files beside the data, by name.
    func contents() throws -> [String: [UInt8]] {
        Dictionary(uniqueKeysWithValues: try names.map { ($0, try folder.read($0)) })
    }
}

import Examples
import Foundation
import LTFN
import TestSupport
import Testing

@Suite("What a user of the library does, with one import")
struct ExampleTests {
    @Test("A file is written with its recipes, and read in every way")
    func written() throws {
        let folder = TemporaryFolder()
        let path = folder.path("model.ltfn")
        try writeCheckpoint(to: path)

        let model = try ModelFile(path)
        #expect(model.names == ["layer1_bias", "layer1_weights"])
        let stored = try model["layer1_weights"]
        #expect(stored.shape == [3, 3, 1, 8])
        #expect(stored.initializer?.recipe == .heNormal)
        #expect(stored.initializer?.isReproducible == true)

        let values = try readTensor(at: path)
        #expect(values.count == 72)
        #expect(Set(values).count > 60)
        let again = try Initializer.sample(
            #require(stored.initializer), info: stored.info.tensor)
        #expect(try again.floats() == values)
        #expect(try readTensor(of: Checkpoint(contentsOf: model).encoded()) == values)

        let (tensors, metadata) = try readAll(at: path)
        #expect(try tensors["layer1_weights"]?.floats() == values)
        #expect(try tensors["layer1_bias"]?.floats() == [Float](repeating: 0, count: 8))
        #expect(metadata.isEmpty)
    }

    @Test("Values that stand in a file as such are mapped, others are not")
    func mapped() throws {
        let folder = TemporaryFolder()
        var checkpoint = Checkpoint()
        let values = (0..<72).map { Float($0) }
        try checkpoint.add("layer1_weights", shape: [72], floats: values)
        for name in ["model.safetensors", "model.npz"] {
            let path = folder.path(name)
            try checkpoint.save(to: path)
            let view = try view(at: path)
            #expect(view.isMapped == (name == "model.safetensors"))
            let found = try view.withElements(as: Float.self) { span in
                span.indices.map { span[$0] }
            }
            #expect(found == values)
            #expect(throws: FormatError.self) {
                try view.withElements(as: Int32.self) { $0.count }
            }
        }
    }

    @Test("A network of one's own learns arrays of one's own, and tells what an image is")
    func trained() throws {
        let folder = TemporaryFolder()
        let path = folder.path("mine.ltfn")
        let (pixels, labels) = Self.bars(1_000)
        try trainNetwork(pixels: pixels, labels: labels, savingTo: path)
        var correct = 0
        for index in 900..<1_000 {
            let image = Array(pixels[index * 64..<index * 64 + 64])
            if try classify(image, withModelAt: path) == Int(labels[index]) { correct += 1 }
        }
        #expect(correct > 95)
        let classifier = try Classifier(ModelFile(path))
        let answers = try classifier.classify(images: Array(pixels[..<640]))
        #expect(answers.count == 10)
        #expect(abs(answers[0].probabilities.reduce(0, +) - 1) < 1e-9)
    }

    @Test("A run in two parts takes the steps of one that was not interrupted")
    func resumed() throws {
        let folder = TemporaryFolder()
        let (pixels, labels) = Self.bars(400)
        let data = try Dataset(
            pixels: pixels, labels: labels, height: 8, width: 8, testCount: 100)
        var network = try GraphBuilder(height: 8, width: 8)
        network.flatten()
        try network.dense(outputs: 10)
        let model = network.model(named: "mine")
        try trainInTwoParts(model, on: data, savingTo: folder.path("mine.ltfn"))
        let whole = try Trainer(
            configuration: TrainingConfiguration(
                model: model, stepCount: 100, learningRate: 0.05), dataset: data
        ).run()
        let url = URL(fileURLWithPath: folder.path("mine.ltfn"))
        #expect(try [UInt8](Data(contentsOf: url)) == whole.checkpoint.encoded())
        // The newest two are kept, and serve in place of a damaged file.
        try Data([1, 2, 3]).write(to: url)
        var remarks: [ResumedRun.Remark] = []
        let rest = try ResumedRun(folder.path("mine.ltfn"), models: [model]) { remarks.append($0) }
        #expect(rest.path == folder.path("mine.step-000080.ltfn"))
        #expect(rest.training.state.stepCount == 80 && remarks == rest.remarks)
        #expect(remarks.count == 2)
    }

    /// `[count, 8, 8, 1]` images of a bright bar, across or down, whose place is the class.
    static func bars(_ count: Int) -> (pixels: [UInt8], labels: [UInt8]) {
        var pixels = [UInt8](repeating: 0, count: count * 64)
        let labels = (0..<count).map { UInt8($0 * 7 % 10) }
        for (image, label) in labels.enumerated() {
            for step in 0..<8 {
                let (row, column) =
                    label < 5 ? (Int(label), step) : (step, Int(label) - 5)
                pixels[image * 64 + row * 8 + column] = UInt8(150 + (image * 13 + step * 29) % 100)
            }
        }
        return (pixels, labels)
    }
}

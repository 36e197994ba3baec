import LTFN
import Testing

@Suite("A network is put together layer by layer")
struct GraphBuilderTests {
    @Test("What does not fit is refused where it is added")
    func misfits() throws {
        #expect(throws: FormatError.self) { try GraphBuilder(height: 0, width: 8) }
        #expect(throws: FormatError.self) { try GraphBuilder(height: .max, width: .max) }
        var network = try GraphBuilder(height: 4, width: 4)
        #expect(throws: FormatError.self) { try network.convolution(outputs: 0) }
        #expect(throws: FormatError.self) { try network.convolution(outputs: .max) }
        #expect(throws: FormatError.self) { try network.convolution(outputs: 1, kernel: -1) }
        #expect(throws: FormatError.self) {
            try network.convolution(outputs: 1, kernel: 5, padding: .valid)
        }
        #expect(throws: FormatError.self) { try network.convolution(outputs: 1, stride: 0) }
        #expect(throws: FormatError.self) { try network.maxPool(window: 5) }
        #expect(throws: FormatError.self) { try network.dense(outputs: 2) }
        try network.convolution(name: "a", outputs: 2)
        #expect(throws: FormatError.self) { try network.convolution(name: "a", outputs: 2) }
        network.flatten()
        #expect(throws: FormatError.self) { try network.convolution(outputs: 2) }
        #expect(throws: FormatError.self) { try network.maxPool() }
        #expect(throws: FormatError.self) { try network.dense(outputs: -1) }
        #expect(throws: FormatError.self) { try network.dense(outputs: .max) }
        try network.dense(outputs: 3)
        let model = network.model(named: "small")
        #expect(model.variables.map(\.shape.dimensions) == [[3, 3, 1, 2], [2], [32, 3], [3]])
        #expect(model.classCount == 3)
    }

    @Test("Images of three channels are trained on, too")
    func channels() throws {
        var pixels: [UInt8] = []
        for image in 0..<40 {
            for byte in 0..<48 { pixels.append(image % 2 == 0 ? 200 : UInt8(byte % 40)) }
        }
        let data = try Dataset(
            pixels: pixels, labels: (0..<40).map { UInt8($0 % 2) }, height: 4, width: 4,
            channels: 3, testCount: 10)
        var network = try GraphBuilder(height: 4, width: 4, channels: 3)
        try network.convolution(outputs: 4, kernel: 2, stride: 2, padding: .valid)
        network.relu()
        network.flatten()
        try network.dense(outputs: 2)
        let configuration = TrainingConfiguration(
            model: network.model(named: "colour"), stepCount: 100, batchSize: 5,
            learningRate: 0.1)
        let result = try Trainer(configuration: configuration, dataset: data).run()
        #expect(result.evaluation?.accuracy == 1)
        let classifier = try Classifier(result.checkpoint)
        #expect(try classifier.classify(Array(pixels[..<48])).label == 0)
        #expect(throws: FormatError.self) { try classifier.classify(Array(pixels[..<47])) }
        #expect(throws: FormatError.self) { try classifier.classify([UInt8]()) }
        #expect(throws: FormatError.self) { try classifier.classify(Array(pixels[..<96])) }
    }

    @Test("Arrays that do not belong together are refused")
    func arrays() throws {
        for (pixels, labels, testCount) in [(63, 1, 1), (128, 3, 1), (128, 2, 0), (128, 2, 2)] {
            #expect(throws: FormatError.self) {
                try Dataset(
                    pixels: [UInt8](repeating: 0, count: pixels),
                    labels: [UInt8](repeating: 0, count: labels), height: 8, width: 8,
                    testCount: testCount)
            }
        }
        #expect(throws: FormatError.self) {
            try ImageSet(pixels: [1], height: .max, width: .max)
        }
    }
}

import LTFNBytes
import LTFNKernels
import LTFNParallel
import Testing

/// The fast engines against the reference in double precision, on every instruction set of the
/// machine.
@Suite("Engines against the reference")
struct EngineTests {
    @Test(
        "Logits, for any batch size",
        arguments: SampleNetwork.allCases, InstructionSet.supported)
    func logits(network: SampleNetwork, set: InstructionSet) throws {
        for count in [1, 3, 13] {
            let sample = try Sample(network, images: count)
            let engine = try ForwardEngine(
                sample.geometry, parameters: sample.parameters, maximumBatch: 64,
                parallelism: Parallelism(threadCount: 2), instructionSet: set)
            let expected = sample.reference.forward(sample.images, count: count).last ?? []
            let found = try engine.logits(sample.batch)
            let error = sample.expectedErrors(tiles: TileAccuracyTests.inferenceTiles).layers.last
            #expect(distance(doubles(found), expected) <= Rounding.allowance * (error ?? 0))
        }
    }

    @Test(
        "Loss, hits and the gradients of all parameters",
        arguments: SampleNetwork.allCases, InstructionSet.supported)
    func gradients(network: SampleNetwork, set: InstructionSet) throws {
        for count in [1, 11] {
            let sample = try Sample(network, images: count)
            let engine = try GradientEngine(
                sample.geometry, parameters: sample.parameters, maximumBatch: 11,
                parallelism: Parallelism(threadCount: 2), instructionSet: set)
            let found = try engine.computeGradients(sample.batch, labels: sample.bytes)
            let expected = sample.reference.gradients(sample.images, labels: sample.labels)
            let errors = sample.expectedErrors(tiles: TileAccuracyTests.trainingTiles)
            let largest = sample.reference.forward(sample.images, count: count).last?.reduce(1) {
                max($0, abs($1))
            }
            #expect(
                abs(found.loss - expected.loss)
                    <= 2 * Rounding.allowance * (errors.layers.last ?? 0) * (largest ?? 1))
            for (index, layer) in engine.currentGradients().enumerated()
            where sample.geometry.layers[index].kernelCount > 0 {
                let (kernel, bias) = expected.gradients[index]
                let most = Rounding.allowance * errors.gradients[index]
                #expect(distance(doubles(layer.kernel), kernel) < most, "layer \(index)")
                #expect(distance(doubles(layer.bias), bias) < most, "layer \(index)")
            }
        }
    }

    @Test(
        "Blank regions and biases of 0 pass no gradient, as in the reference",
        arguments: InstructionSet.supported)
    func blanks(set: InstructionSet) throws {
        let sample = try Sample(.winograd, images: 9)
        var parameters = sample.parameters
        for index in parameters.indices {
            parameters[index].bias = parameters[index].bias.map { _ in 0 }
        }
        // Only columns 3 and 4 of 9 are not blank.
        let images = sample.images.enumerated().map { (3...4).contains($0 % 9) ? $1 : 0 }
        let engine = try GradientEngine(
            sample.geometry, parameters: parameters, maximumBatch: 9,
            parallelism: Parallelism(threadCount: 2), instructionSet: set)
        _ = try engine.computeGradients(.floats(floats(images)), labels: sample.bytes)
        let reference = ReferenceNetwork(geometry: sample.geometry, parameters: parameters)
        let expected = reference.gradients(images, labels: sample.labels)
        let errors = sample.expectedErrors(tiles: TileAccuracyTests.trainingTiles)
        for (index, layer) in engine.currentGradients().enumerated()
        where sample.geometry.layers[index].kernelCount > 0 {
            #expect(
                distance(doubles(layer.kernel), expected.gradients[index].kernel)
                    < Rounding.allowance * errors.gradients[index])
        }
    }

    @Test(
        "1, 2, 3 and 5 threads give the same bits", arguments: SampleNetwork.allCases,
        InstructionSet.supported)
    func threads(network: SampleNetwork, set: InstructionSet) throws {
        let sample = try Sample(network, images: 23)
        var logits: Set<[UInt32]> = []
        var parameters: Set<[UInt32]> = []
        for threads in [1, 2, 3, 5] {
            let parallelism = Parallelism(threadCount: threads)
            let forward = try ForwardEngine(
                sample.geometry, parameters: sample.parameters, maximumBatch: 23,
                parallelism: parallelism,
                instructionSet: set)
            logits.insert(try forward.logits(sample.batch).map(\.bitPattern))
            let training = try GradientEngine(
                sample.geometry, parameters: sample.parameters, maximumBatch: 23,
                parallelism: parallelism,
                instructionSet: set)
            for _ in 0..<2 {
                _ = try training.step(sample.batch, labels: sample.bytes, learningRate: 0.1)
            }
            parameters.insert(
                training.currentParameters().flatMap { ($0.kernel + $0.bias).map(\.bitPattern) })
        }
        #expect(logits.count == 1)
        #expect(parameters.count == 1)
    }

    @Test(
        "However little memory there is, 1, 2, 3 and 5 threads give the same bits, or none",
        arguments: SampleNetwork.allCases, InstructionSet.supported)
    func littleMemory(network: SampleNetwork, set: InstructionSet) throws {
        let sample = try Sample(network, images: 23)
        var last: [UInt32]?
        for exponent in 10..<24 {
            let found = [1, 2, 3, 5].map { threads -> [UInt32]? in
                let engine = try? ForwardEngine(
                    sample.geometry, parameters: sample.parameters, maximumBatch: 23,
                    parallelism: Parallelism(threadCount: threads), instructionSet: set,
                    memoryLimit: 1 << exponent)
                return try? engine?.logits(sample.batch).map(\.bitPattern)
            }
            #expect(Set(found).count == 1, "2^\(exponent) bytes")
            last = found[0]
        }
        #expect(last != nil)
    }

    @Test("A step is parameters − rate · gradient, and the next batch sees it")
    func step() throws {
        let sample = try Sample(.winograd, images: 9)
        let parallelism = Parallelism(threadCount: 2)
        let engine = try GradientEngine(
            sample.geometry, parameters: sample.parameters, maximumBatch: 9,
            parallelism: parallelism)
        let outcome = try engine.step(sample.batch, labels: sample.bytes, learningRate: 0.0078125)
        let gradients = engine.currentGradients()
        var moved = sample.parameters
        for index in moved.indices {
            for at in moved[index].kernel.indices {
                moved[index].kernel[at] -= 0.0078125 * gradients[index].kernel[at]
            }
            for at in moved[index].bias.indices {
                moved[index].bias[at] -= 0.0078125 * gradients[index].bias[at]
            }
        }
        #expect(engine.currentParameters() == moved)
        let next = try engine.computeGradients(sample.batch, labels: sample.bytes)
        let fresh = try GradientEngine(
            sample.geometry, parameters: moved, maximumBatch: 9, parallelism: parallelism)
        #expect(try fresh.computeGradients(sample.batch, labels: sample.bytes) == next)
        #expect(next.loss < outcome.loss)
    }

    @Test("An optimizer's update is seen by the next batch")
    func update() throws {
        let sample = try Sample(.dense, images: 5)
        let parallelism = Parallelism(threadCount: 1)
        let engine = try GradientEngine(
            sample.geometry, parameters: sample.parameters, maximumBatch: 5,
            parallelism: parallelism)
        let stepped = try GradientEngine(
            sample.geometry, parameters: sample.parameters, maximumBatch: 5,
            parallelism: parallelism)
        _ = try engine.computeGradients(sample.batch, labels: sample.bytes)
        engine.update { _, values, gradient in
            for index in gradient.indices {
                values[index] -= 0.5 * gradient[index]
            }
        }
        _ = try stepped.step(sample.batch, labels: sample.bytes, learningRate: 0.5)
        #expect(engine.currentParameters() == stepped.currentParameters())
        #expect(
            try engine.computeGradients(sample.batch, labels: sample.bytes)
                == stepped.computeGradients(sample.batch, labels: sample.bytes))
    }

    @Test("Bytes are scaled as asked")
    func bytes() throws {
        let sample = try Sample(.odd, images: 2)
        let raw = (0..<(2 * sample.geometry.input.elementCount)).map { UInt8($0 % 256) }
        let engine = try ForwardEngine(
            sample.geometry, parameters: sample.parameters, maximumBatch: 2,
            parallelism: Parallelism(threadCount: 1))
        let scaled = raw.map { Float($0) * (1 / 255) - 0.5 }
        #expect(
            try engine.logits(.bytes(raw, scale: 1 / 255, offset: -0.5))
                == engine.logits(.floats(scaled)))
    }

    @Test("Layers are observed before their ReLU", arguments: SampleNetwork.allCases)
    func observe(network: SampleNetwork) throws {
        let sample = try Sample(network, images: 12)
        let engine = try ForwardEngine(
            sample.geometry, parameters: sample.parameters, maximumBatch: 12, keepsLayers: true,
            parallelism: Parallelism(threadCount: 1))
        var found = [[Float]](repeating: [], count: sample.geometry.layers.count)
        try engine.observe(sample.batch) { found[$0] += $1 }
        let expected = sample.reference.forward(sample.images, count: 12).dropFirst()
        let errors = sample.expectedErrors(tiles: TileAccuracyTests.inferenceTiles).layers
        for (index, (layer, values)) in zip(found, expected).enumerated() {
            #expect(
                distance(doubles(layer), values) <= Rounding.allowance * errors[index],
                "layer \(index)")
        }
    }

    @Test("Not-a-number reaches the loss")
    func notANumber() throws {
        for network in [SampleNetwork.odd, .winograd] {
            let sample = try Sample(network, images: 2)
            var images = floats(sample.images)
            images[7] = .nan
            let engine = try GradientEngine(
                sample.geometry, parameters: sample.parameters, maximumBatch: 2,
                parallelism: Parallelism(threadCount: 1))
            let loss = try engine.computeGradients(.floats(images), labels: sample.bytes).loss
            #expect(loss.isNaN)
        }
    }

    @Test("Images and labels that do not go together are errors")
    func refusals() throws {
        let sample = try Sample(.odd, images: 4)
        let engine = try GradientEngine(
            sample.geometry, parameters: sample.parameters, maximumBatch: 4,
            parallelism: Parallelism(threadCount: 1))
        let before = engine.currentParameters()
        func fails(_ batch: ImageBatch, _ labels: [UInt8]) -> Bool {
            do {
                _ = try engine.step(batch, labels: labels, learningRate: 1)
                return false
            } catch { return error.code == .corrupt }
        }
        #expect(fails(.floats([]), []))
        #expect(fails(.floats([1, 2, 3]), [0]))
        #expect(fails(sample.batch, [0, 1, 2]))
        #expect(fails(sample.batch, [0, 1, 2, 3]))
        #expect(fails(.floats(floats(sample.images + sample.images)), [0, 1, 2, 0, 0, 1, 2, 0]))
        #expect(engine.currentParameters() == before)
    }
}

import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNDatasets
import LTFNInference
import LTFNInspection
import LTFNParallel
import Testing

private let oracle = ProcessInfo.processInfo.environment["LTFN_ORACLE_DIR"]
private let data = ProcessInfo.processInfo.environment["LTFN_DATA_DIR"]

/// The tutorial's network with the weights of TensorFlow's trace.
private struct Tutorial {
    static let channels = [1, 64, 64, 128, 128]
    let folder: String

    func floats(_ name: String, _ shape: [Int]) throws -> TensorData {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
        return try tensor(.f32, shape, bytes)
    }

    func variables(_ stage: String) throws -> [VariableName: TensorData] {
        var variables: [VariableName: TensorData] = [:]
        for index in 1...4 {
            let shape = [3, 3, Self.channels[index - 1], Self.channels[index]]
            variables[try VariableName("layer\(index)_weights")] =
                try floats("layer\(index)_weights.\(stage).f32", shape)
            variables[try VariableName("layer\(index)_bias")] =
                try floats("layer\(index)_bias.\(stage).f32", [shape[3]])
        }
        variables[try VariableName("fully_connected_weights")] =
            try floats("fully_connected_weights.\(stage).f32", [6272, 10])
        variables[try VariableName("fully_connected_bias")] =
            try floats("fully_connected_bias.\(stage).f32", [10])
        return variables
    }

    func graph() throws -> ModelGraph {
        var layers: [Layer] = []
        for index in 1...4 {
            layers.append(
                Layer(
                    name: "layer\(index)_conv",
                    operation: .convolution2D(
                        .init(
                            weights: try VariableName("layer\(index)_weights"),
                            bias: try VariableName("layer\(index)_bias"), padding: .same))))
            layers.append(Layer(name: "layer\(index)_relu", operation: .relu))
            guard index % 2 == 0 else { continue }
            layers.append(
                Layer(
                    name: "pool\(index)",
                    operation: .maxPool2D(
                        window: .init(2, 2), strides: .init(2, 2), padding: .valid)))
        }
        layers.append(Layer(name: "flatten", operation: .flatten))
        layers.append(
            Layer(
                name: "logits",
                operation: .dense(
                    weights: try VariableName("fully_connected_weights"),
                    bias: try VariableName("fully_connected_bias"))))
        return ModelGraph(
            name: "tutorial",
            input: .init(shape: try TensorShape([28, 28, 1]), scale: 1.0 / 255), layers: layers)
    }
}

@Suite("Activations")
struct ActivationTests {
    @Test(
        "The layers' statistics are TensorFlow's",
        .enabled(if: oracle != nil && data != nil, "LTFN_ORACLE_DIR or LTFN_DATA_DIR is not set"),
        arguments: [
            ("initial", "test100_activations_initial"),
            ("after-100-steps", "test100_activations_after_100_steps"),
        ])
    func trace(stage: String, key: String) throws {
        let tutorial = Tutorial(folder: try #require(oracle) + "/tutorial")
        let trace = try JSONReader.read(
            [UInt8](Data(contentsOf: URL(fileURLWithPath: tutorial.folder + "/trace.json"))))
        guard case .array(let expected)? = trace[key] else {
            Issue.record("The trace has no \(key).")
            return
        }
        let path = try #require(data) + "/t10k-images-idx3-ubyte.gz"
        let sample = try ImageSample(at: path)
        let images = sample.images
        let labels = try #require(sample.labels)
        let session = try InferenceSession(
            graph: tutorial.graph(), parameters: tutorial.variables(stage), maximumBatch: 100,
            parallelism: Parallelism())
        let report = try ActivationReport(
            running: session, on: Array(images.pixels(of: 0..<100)),
            labels: Array(labels[0..<100]))

        #expect(report.layers.count == expected.count)
        for (layer, expected) in zip(report.layers, expected) {
            #expect(expected["name"] == .string(layer.name))
            let spread = try #require(number(expected["std"]))
            let values = layer.statistics
            // Sums of float32 products in another order: within 1e-4 of the layer's spread.
            for (found, name) in [
                (values.mean, "mean"), (values.standardDeviation, "std"), (values.minimum, "min"),
                (values.maximum, "max"),
            ] {
                let difference = abs(try #require(found) - (try #require(number(expected[name]))))
                #expect(difference < 1e-4 * spread, "\(layer.name) \(name)")
            }
        }
        #expect(report.layers.map(\.unitCount) == [64, 64, 128, 128, 10])
        #expect(report.imageCount == 100 && report.metrics?.count == 100)
        let logits = try tutorial.floats("test100.\(stage)-logits.f32", [100, 10])
        var tally = PredictionTally(classCount: 10)
        tally.add(logits: logits.bytes.floats)
        #expect(report.predictions == tally)
    }

    private func number(_ value: JSONValue?) -> Double? {
        guard case .double(let number)? = value else { return nil }
        return number
    }

    /// 1×1×2 images, two units with a ReLU, two logits.
    private func session(_ hidden: [Float], threadCount: Int = 1) throws -> InferenceSession {
        let (first, second) = (try VariableName("first"), try VariableName("second"))
        let graph = ModelGraph(
            name: "two", input: .init(shape: try TensorShape([1, 1, 2])),
            layers: [
                Layer(name: "flatten", operation: .flatten),
                Layer(name: "hidden", operation: .dense(weights: first, bias: nil)),
                Layer(name: "relu", operation: .relu),
                Layer(name: "output", operation: .dense(weights: second, bias: nil)),
            ])
        return try InferenceSession(
            graph: graph,
            parameters: [
                first: try TensorData(shape: [2, 2], floats: hidden),
                second: try TensorData(shape: [2, 2], floats: [1, 0, 0, 1]),
            ], maximumBatch: 25, parallelism: Parallelism(threadCount: threadCount))
    }

    @Test("Any number of threads gives the same bits", arguments: [2, 3, 8])
    func threads(count: Int) throws {
        let pixels = (0..<2 * 1013).map { UInt8(truncatingIfNeeded: $0 * $0 / 7) }
        let labels = (0..<1013).map { UInt8($0 % 2) }
        var reported: [Int] = []
        let several = try ActivationReport(
            running: session([0.1, -0.7, 0.3, 0.2], threadCount: count), on: pixels, labels: labels
        ) { reported.append($0) }
        let one = try ActivationReport(
            running: session([0.1, -0.7, 0.3, 0.2]), on: pixels, labels: labels)
        #expect(several == one && several.imageCount == 1013)
        #expect(reported == reported.sorted() && reported.last == 1013)
        #expect(one.layers[0].statistics.count == 2026 && one.metrics?.count == 1013)
    }

    @Test("A unit that is never above zero is dead")
    func deadUnits() throws {
        let report = try ActivationReport(
            running: session([1, -1, 1, -1]), on: [1, 2, 3, 4, 0, 0])
        #expect(report.imageCount == 3)
        let hidden = report.layers[0]
        #expect(hidden.name == "hidden" && hidden.unitCount == 2)
        #expect(hidden.deadUnitCount == 1)
        #expect(hidden.positiveCount == 2)
        #expect(hidden.statistics.minimum == -7 && hidden.statistics.maximum == 7)
        #expect(hidden.statistics.zeroCount == 2)
        #expect(report.layers[1].deadUnitCount == nil)
        #expect(report.predictions.count == 3 && report.predictions.countOfClass[0] == 3)
    }

    @Test("The text has the scale of every layer, and how sure the softmax is")
    func text() throws {
        let report = try ActivationReport(
            running: session([1, -1, 1, -1]), on: [1, 2, 3, 4, 0, 0], labels: [0, 1, 0])
        let text = report.text(TextLayout(width: 80, isUnicode: false))
        #expect(text.hasPrefix("scale  o standard deviation, - up to the largest, before ReLU\n"))
        #expect(text.contains("\n  hidden     4.40         |"))
        #expect(text.contains("\n  output     2.62  x0.597 |"))
        #expect(text.contains("1/2 dead\n"))
        #expect(text.contains("  right    2 of 3 (66.7 %)\n"))
        #expect(text.contains("\ndead-units\n  1 of 2 units of hidden are dead"))
        let bars = text.split(separator: "\n").filter { $0.contains("#") }
        #expect(bars.count >= 3)
    }

    @Test("No line is wider than it may be", arguments: [40, 60, 80, 200], [true, false])
    func width(width: Int, isUnicode: Bool) throws {
        for hidden in [[1, -1, 1, -1], [1e-30, 2e-30, 1, 3], [1e30, -2e20, 1, 3]] as [[Float]] {
            let report = try ActivationReport(
                running: session(hidden), on: [1, 2, 3, 4, 0, 0], labels: [0, 1, 0])
            let layout = TextLayout(width: width, isUnicode: isUnicode)
            for line in report.text(layout).split(separator: "\n") {
                #expect(line.count <= width, "\(line)")
                #expect(isUnicode || line.utf8.count == line.count)
            }
        }
    }

    @Test("The softmax of logits has the entropy and the largest probability that it has")
    func softmax() throws {
        var summary = SoftmaxSummary(classCount: 4)
        summary.add(logits: ([0, 0, 0, 0, 1000, 0, 0, 0, .nan, 0, 0, 0] as [Float]).span)
        #expect(summary.count == 2 && summary.sureCount == 1)
        let guess = 1.3862943611198906
        #expect(abs(summary.guessEntropy - guess) < 1e-15)
        #expect(abs(try #require(summary.meanEntropy) - guess / 2) < 1e-15)
        #expect(summary.meanLargest == 0.625)
        #expect(summary.countOfLargest[10] == 1 && summary.countOfLargest[39] == 1)
        var other = SoftmaxSummary(classCount: 2)
        // p = 1 / (1 + e⁻¹) and the rest.
        other.add(logits: ([1, 0] as [Float]).span)
        #expect(abs(try #require(other.meanEntropy) - 0.5822031088882179) < 1e-14)
    }

    @Test("What is broken is called what it is")
    func verdicts() throws {
        func rules(_ hidden: [Float], _ labels: [UInt8]? = nil) throws -> [Verdict.Rule] {
            let report = try ActivationReport(
                running: session(hidden), on: [1, 2, 30, 4, 0, 9], labels: labels,
                weights: [
                    VariableName("first"): TensorData(shape: [2, 2], floats: hidden)
                ])
            return report.verdicts().map(\.rule)
        }
        #expect(try rules([1, -0.5, 0.3, 0.7]) == [])
        #expect(try rules([-1, -1, -1, -2]) == [.deadLayer])
        #expect(try rules([.nan, 1, 1, 1]) == [.notFinite])
        #expect(try rules([0.5, 0.5, 0.25, 0.25]) == [.duplicates])
        // Sure of the wrong class.
        #expect(try rules([90, -0.5, 70, 0.7], [1, 1, 1]).contains(.saturated))
        #expect(try !rules([90, -0.5, 70, 0.7], [0, 0, 0]).contains(.saturated))
    }
}

@Suite("Verification")
struct VerificationTests {
    static let budget = ExpansionBudget(.standard, fileByteCount: 1000)

    @Test("A wrong digest of the initial values is found")
    func initialDigest() throws {
        let report = VerificationReport(
            of: try reader(SHA256Digest(bytes: .init(repeating: 1, count: 32))), budget: Self.budget
        )
        #expect(!report.isSound)
        #expect(report.problems.map(\.code) == [.checksumMismatch])
        #expect(report.problems[0].variable == "w")
    }

    @Test("The right one is replayed")
    func replayed() throws {
        let zeros = [UInt8](repeating: 0, count: 16)
        let report = VerificationReport(
            of: try reader(SHA256.digest(zeros)), budget: Self.budget)
        #expect(report.isSound && report.replayedCount == 1)
        #expect(report.variableCount == 2 && report.soundByteCount == 16)
        #expect(
            report.text(TextLayout(), name: "a")
                == "a: sound (2 variables, 16 B of values compared with their SHA-256, 1 "
                + "initializer replayed)\n")
    }

    @Test("Values that nothing is known of are not called sound")
    func unchecked() throws {
        var reader = try reader(nil)
        reader.valueProof = .none
        let report = VerificationReport(of: reader, format: "npy", budget: Self.budget)
        #expect(report.verdict == .unchecked && !report.isSound && report.firstProblem == nil)
        #expect(
            report.text(TextLayout(), name: "a")
                == "a: readable, values not checked (2 variables, 16 B of values): npy keeps no "
                + "checksum of them\n")
        let json = report.json(name: "a")
        #expect(json["sound"] == .null && json["verdict"] == "unchecked")
        #expect(json["values_checked"] == false && json["values_compared_with"] == .null)
        reader.damaged = 0
        #expect(
            VerificationReport(of: reader, format: "npy", budget: Self.budget).verdict == .damaged)
    }

    @Test("A damaged variable does not hide the others")
    func damaged() throws {
        var reader = try reader(nil)
        reader.damaged = 0
        let report = VerificationReport(of: reader, budget: Self.budget)
        #expect(report.problems.count == 1 && report.variableCount == 2)
        #expect(report.json(name: "a")["sound"] == false)
    }

    @Test("What the system denies says nothing of the file")
    func unread() throws {
        var reader = try reader(nil)
        reader.damaged = 0
        reader.problem = FormatError(.io, operation: .read, systemError: 12, "Memory is short.")
        let report = VerificationReport(of: reader, budget: Self.budget)
        #expect(report.verdict == .unread && report.problems.isEmpty && report.unreadCount == 1)
        #expect(report.firstProblem?.code == .io)
        #expect(
            report.text(TextLayout(), name: "a")
                == "a: not verified, the values of 1 variable could not be read\n")
        let json = report.json(name: "a")
        #expect(json["verdict"] == "unread" && json["sound"] == .null)
        #expect(json["values_checked"] == false && json["variables_not_read"] == 1)

        let listing = CheckpointReport(
            of: reader, name: "a", formatName: "npy", fileByteCount: 16)
        var text = ""
        let findings = listing.write(TextLayout(), axis: .each, text: { text += $0 }, json: nil)
        #expect(findings.unreadCount == 1 && findings.damagedCount == 0)
        #expect(findings.firstProblem?.code == .io)
        #expect(text.contains("not read: Memory is short."), "\(text)")
        #expect(text.hasSuffix("1 variable not read\n") && !text.contains("damaged"))
    }

    @Test("What this program cannot sample is unsupported, not damaged")
    func unsupported() throws {
        let newer = InitializerSpec(
            recipe: .zeros,
            evidence: .reproducible(algorithmVersion: 2, digest: ValueHash.digest([1])))
        let unfit = InitializerSpec(
            recipe: .uniform(low: 1, high: 1),
            evidence: .reproducible(algorithmVersion: 1, digest: ValueHash.digest([1])))
        for spec in [newer, unfit] {
            var reader = try reader(initializer: spec)
            let report = VerificationReport(of: reader, budget: Self.budget)
            #expect(report.verdict == .unsupported && !report.isSound)
            #expect(report.problems.map(\.rule) == ["LTFN-N6"])
            #expect(
                report.text(TextLayout(), name: "a").hasPrefix("a: unsupported, 1 problem\n  "))
            #expect(report.json(name: "a")["verdict"] == "unsupported")

            // Damage elsewhere counts for more.
            reader.damaged = 1
            let damaged = VerificationReport(of: reader, budget: Self.budget)
            #expect(damaged.verdict == .damaged && damaged.problems.count == 2)
            #expect(damaged.firstProblem?.code == .checksumMismatch)
        }
    }

    @Test("A variable without elements has nothing to sample, and no other digest")
    func noElements() throws {
        for (digest, verdict) in [
            (ValueHash.digest([]), VerificationReport.Verdict.sound),
            (ValueHash.digest([0]), .damaged),
        ] {
            let none = try TensorData(shape: [0, 3], floats: [])
            let spec = InitializerSpec(
                recipe: .uniform(low: -1e-60, high: 1e-60),
                evidence: .reproducible(algorithmVersion: 1, digest: digest))
            let info = VariableInfo(
                name: try VariableName("w"), tensor: none.info, initializer: spec)
            let reader = MemoryReader(
                checkpoint: try Checkpoint(
                    manifest: Manifest(variables: [info]), tensors: [none]))
            let report = VerificationReport(of: reader, budget: Self.budget)
            #expect(report.verdict == verdict)
        }
    }

    /// A checkpoint in memory that can pretend to be damaged.
    private struct MemoryReader: CheckpointReader {
        var checkpoint: Checkpoint
        var damaged: Int?
        var problem = FormatError(.checksumMismatch, "The bytes are others.")
        var valueProof = ValueProof.sha256
        var manifest: Manifest { checkpoint.manifest }

        func read(_ index: Int) throws(FormatError) -> TensorData {
            guard index != damaged else { throw problem }
            return checkpoint.tensors[index]
        }

        func storage(_ index: Int) -> StorageInfo {
            StorageInfo(storedByteCount: 0, codec: "none")
        }
    }

    private func reader(_ digest: SHA256Digest?) throws -> MemoryReader {
        let evidence = digest.map {
            InitializerSpec.Evidence.reproducible(algorithmVersion: 1, digest: $0)
        }
        return try reader(
            initializer: InitializerSpec(recipe: .zeros, evidence: evidence ?? .descriptive))
    }

    private func reader(initializer: InitializerSpec) throws -> MemoryReader {
        let tensor = try TensorData(shape: [4], floats: [1, 2, 3, 4])
        let name = try VariableName("w")
        let manifest = try Manifest(variables: [
            VariableInfo(
                name: name, tensor: tensor.info, initializer: initializer),
            VariableInfo(name: try VariableName("z"), tensor: tensor.info, tiedTo: name),
        ])
        return MemoryReader(
            checkpoint: try Checkpoint(manifest: manifest, tensors: [tensor, tensor]))
    }
}

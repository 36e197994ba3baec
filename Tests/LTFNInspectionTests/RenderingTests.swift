import LTFNBytes
import LTFNCheckpoint
import LTFNInspection
import Testing

/// A report of a small network, made by hand.
func sampleReport(statistics: Bool = true) throws -> CheckpointReport<[VariableReport]> {
    let weights = try VariableInfo(
        name: VariableName("layer1_weights"),
        tensor: TensorInfo(dtype: .f32, shape: TensorShape([3, 3, 1, 64])),
        initializer: InitializerSpec(
            recipe: .varianceScaling(
                scale: 2.6, fan: .fanIn, distribution: .uncorrectedTruncatedNormal),
            seed: 1, stream: 4, fans: Fans(fanIn: 9, fanOut: 576),
            evidence: .reproducible(
                algorithmVersion: 1,
                digest: try #require(SHA256Digest(bytes: [UInt8](repeating: 7, count: 32))))))
    let bias = try VariableInfo(
        name: VariableName("layer1_bias\u{202E}"),
        tensor: TensorInfo(dtype: .f32, shape: TensorShape([64])),
        initializer: InitializerSpec(recipe: .zeros))
    let dense = try VariableInfo(
        name: VariableName("fully_connected_weights"),
        tensor: TensorInfo(dtype: .f16, shape: TensorShape([64, 10])))
    let tied = try VariableInfo(
        name: VariableName("tied"), tensor: dense.tensor, tiedTo: dense.name)
    let graph = ModelGraph(
        name: "tutorial-convnet",
        input: .init(shape: try TensorShape([28, 28, 1]), scale: 1 / 255),
        layers: [
            Layer(
                name: "layer1_conv",
                operation: .convolution2D(
                    .init(weights: weights.name, bias: bias.name, padding: .same))),
            Layer(name: "layer1_relu", operation: .relu),
            Layer(
                name: "pool",
                operation: .maxPool2D(
                    window: .init(2, 2), strides: .init(2, 2), padding: .valid)),
            Layer(name: "flatten", operation: .flatten),
            Layer(name: "logits", operation: .dense(weights: dense.name, bias: nil)),
        ])
    var reports = [
        VariableReport(
            info: weights,
            storage: StorageInfo(
                storedByteCount: 1625, codecs: [StoredCodec("planes", chunkCount: 1)]),
            expected: .init(mean: 0, standardDeviation: 0.4728),
            drift: .init(distance: 0.5, initialNorm: 10)),
        VariableReport(
            info: bias,
            storage: StorageInfo(
                storedByteCount: 4, codecs: [StoredCodec("constant", chunkCount: 1)]),
            expected: .init(mean: 0, standardDeviation: 0),
            drift: .init(distance: 0, initialNorm: 0)),
        VariableReport(
            info: dense,
            storage: StorageInfo(storedByteCount: 1280, codecs: [StoredCodec("raw", chunkCount: 1)])
        ),
        VariableReport(info: tied, storage: StorageInfo(storedByteCount: 0, codec: "tied")),
    ]
    if statistics {
        reports[0].statistics = of(sequence(576))
        reports[1].statistics = of([Float](repeating: 0, count: 64))
        reports[2].statistics = of(sequence(638) + [.nan, .infinity])
    }
    return CheckpointReport(
        name: "he.ltfn", formatName: "ltfn", fileByteCount: 4096, graph: graph,
        variables: reports)
}

func of(_ values: [Float]) -> ValueStatistics {
    var accumulator = StatisticsAccumulator()
    accumulator.add(values.span)
    return accumulator.statistics
}

@Suite("Report of a checkpoint as text")
struct CheckpointTextTests {
    @Test("Everything about every variable, in 80 columns")
    func everything() throws {
        let text = try sampleReport().text(TextLayout(width: 80))
        #expect(
            text == #"""
                he.ltfn
                  ltfn, 4.10 kB · 4 variables · 1,280 values · 3.84 kB → 2.91 kB (75.8 %)
                  tutorial-convnet: 28×28×1 → conv 3×3×64 relu → max-pool 2×2 → dense 10

                layer1_weights  f32 [3, 3, 1, 64] = 576       2.30 kB → 1.62 kB (71 %) planes ×1
                  variance_scaling(2.6, fan_in, uncorrected_truncated_normal)
                  seed 1, stream 4, reproducible
                  mean 0.249  std 0.289 (expected 0.473)  min -0.250  max 0.749
                  moved by 5.0 % of the norm of its initial values
                                           ▄▇█▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇█▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▃
                  -0.761                                0                                0.761

                layer1_bias\u{202E}  f32 [64]                      256 B → 4 B (2 %) constant ×1
                  zeros, descriptive
                  all 0  std 0 (expected 0)
                  as it was initialized

                fully_connected_weights  f16 [64, 10] = 640     1.28 kB → 1.28 kB (100 %) raw ×1
                  initializer unknown
                  mean 0.249  std 0.289  min -0.250  max 0.749
                  not finite: 1 NaN, 1 +infinity
                                           ▄▇█▇▇▇█▇▇▇▇█▇▇▇▇▇▇▇▇▇█▇▇▇▇▇▇▇▇█▇▇▇▇█▇▇▇▇▇▇▇▇█▇▇▇▇▇▃
                  -0.761                                0                                0.761

                tied  f16 [64, 10] = 640
                  tied to fully_connected_weights

                2 values not finite (NaN or infinite)

                """#)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test("An arrow in a name is none of a histogram", arguments: [true, false])
    func arrows(isUnicode: Bool) throws {
        let tensor = try TensorInfo(dtype: .f32, shape: TensorShape([3]))
        var report = VariableReport(
            info: VariableInfo(name: try VariableName("▲^"), tensor: tensor),
            storage: StorageInfo(storedByteCount: 12, codecs: [StoredCodec("raw", chunkCount: 1)]))
        for values: [Float] in [[], [2, 2, 2], [0.2, 0.5, 0.7]] {
            report.statistics = of(values)
            let text = CheckpointReport(
                name: "a.ltfn", formatName: "ltfn", fileByteCount: 1, variables: [report]
            ).text(TextLayout(isUnicode: isUnicode))
            #expect(!text.contains("is cut off"))
        }
        report.statistics = of(
            [Float](repeating: 0.3, count: 99) + [-0.9, -0.6, 0.5, 0.7, 0.9])
        let text = CheckpointReport(
            name: "a.ltfn", formatName: "ltfn", fileByteCount: 1, variables: [report]
        ).text(TextLayout(isUnicode: isUnicode))
        #expect(text.contains("is cut off"))
    }

    @Test("ASCII letters and a narrow terminal")
    func ascii() throws {
        let text = try sampleReport().text(TextLayout(width: 60, isUnicode: false))
        #expect(text.utf8.allSatisfy { $0 < 0x80 })
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 60 })
        #expect(
            text.hasPrefix(
                #"""
                he.ltfn
                  ltfn, 4.10 kB - 4 variables - 1,280 values
                  3.84 kB -> 2.91 kB (75.8 %)
                  tutorial-convnet: 28x28x1 -> conv 3x3x64 relu
                    -> max-pool 2x2 -> dense 10

                layer1_weights  f32 [3, 3, 1, 64] = 576
                  2.30 kB -> 1.62 kB (71 %) planes x1
                  variance_scaling(2.6, fan_in,
                  uncorrected_truncated_normal)
                  seed 1, stream 4, reproducible
                  mean 0.249  std 0.289 (expected 0.473)  min -0.250
                  max 0.749
                  moved by 5.0 % of the norm of its initial values
                                    :#%%##%#%#%%#%#%#%##%%#%#%%##%#%#%%#%%
                  -0.752                      0                      0.752
                """#))
    }

    @Test("The index alone is a table")
    func table() throws {
        let text = try sampleReport(statistics: false).text(TextLayout(width: 80))
        #expect(
            text == #"""
                he.ltfn
                  ltfn, 4.10 kB · 4 variables · 1,280 values · 3.84 kB → 2.91 kB (75.8 %)
                  tutorial-convnet: 28×28×1 → conv 3×3×64 relu → max-pool 2×2 → dense 10

                variable               dtype  shape          values   stored  initializer
                layer1_weights         f32    [3, 3, 1, 64]     576   70.5 %  variance_scaling
                layer1_bias\u{202E}    f32    [64]               64    1.6 %  zeros
                fully_conn…ed_weights  f16    [64, 10]          640  100.0 %  unknown
                tied                   f16    [64, 10]          640           = fully_c…_weights

                """#)
    }

    @Test("On one axis, the histograms can be compared")
    func sharedAxis() throws {
        var report = try sampleReport()
        report.variables[0].statistics = of([-10, 10])
        let text = report.text(TextLayout(width: 60), axis: .shared)
        let axes = text.split(separator: "\n").filter { $0.hasPrefix("  -10.") }
        #expect(axes.count == 2)
        #expect(Set(axes).count == 1)
    }

    @Test("Colour is put around whole pieces")
    func color() throws {
        let layout = TextLayout(width: 80) { text, role in "<\(role)|\(text)>" }
        let text = try sampleReport().text(layout)
        #expect(text.hasPrefix("<heading|he.ltfn>\n"))
        #expect(text.contains("<bad|not finite: 1 NaN, 1 +infinity>"))
    }
}

@Suite("Report of a checkpoint as JSON")
struct CheckpointJSONTests {
    @Test("The schema comes first, the other keys are sorted")
    func keys() throws {
        let text = try sampleReport().json
        #expect(text.hasPrefix("{\n  \"schema\": \"ltfn.inspect/1\",\n"))
        #expect(text.contains("\n  \"content_digest\": null,\n  \"file\": \"he.ltfn\",\n"))
        let keys = text.split(separator: "\n").filter { $0.hasPrefix("  \"") }.dropFirst()
        #expect(keys.elementsEqual(keys.sorted()))
    }

    @Test("Numbers come back as they were, what is not finite is null and counted")
    func numbers() throws {
        var report = try sampleReport()
        report.variables[0].statistics = of([.nan, .infinity])
        let document = try JSONReader.read(Array(report.json.utf8))
        guard case .array(let variables)? = document["variables"] else {
            Issue.record("There are no variables.")
            return
        }
        let empty = variables[0]["statistics"]
        #expect(empty?["mean"] == .null && empty?["max"] == .null)
        #expect(empty?["nan"] == 1 && empty?["positive_infinity"] == 1)
        #expect(variables[0]["initializer"]?["expected_std"] == 0.4728)
        #expect(variables[0]["ratio"] == .double(1625.0 / 2304))
        #expect(variables[2]["initializer"] == .null)
        #expect(variables[2]["statistics"]?["mean"] == .double(of(sequence(638)).mean ?? .nan))
        #expect(variables[3]["tied_to"] == "fully_connected_weights")
        #expect(document["totals"]?["values"] == 1280)
    }
}

@Suite("Histograms as text")
struct HistogramTextTests {
    @Test("What is not zero is seen, however little")
    func littleCounts() throws {
        var report = try sampleReport()
        report.variables = [report.variables[0]]
        report.variables[0].statistics = of([Float](repeating: 0.1, count: 10_000) + [1])
        let text = report.text(TextLayout(width: 80))
        #expect(text.filter { $0 == "█" }.count == 1)
        #expect(text.filter { $0 == "▁" }.count == 1)
    }
}

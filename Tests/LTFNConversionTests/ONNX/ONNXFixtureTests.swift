import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNFiles
import LTFNInference
import LTFNInterchange
import LTFNParallel
import Testing

/// Models that the onnx package wrote, by tools/make_onnx_fixtures.py.
@Suite("Models of the onnx package") struct ONNXFixtureTests {
    private func open(_ name: String) throws -> any CheckpointReader {
        try ONNXFormat().open(Fixtures.source("onnx/" + name), limits: .standard)
    }

    @Test("every type is read bit for bit", arguments: ["raw.onnx", "typed.onnx", "shapes.onnx"])
    func values(name: String) throws {
        let reader = try open(name)
        for (index, variable) in reader.manifest.variables.enumerated() {
            let expected = Fixtures.pattern(variable.tensor)
            #expect(try reader.read(index).array == expected, "\(variable.name)")
            // From any byte on, and back to the first.
            for start in stride(from: expected.count, through: 0, by: -3) {
                let part = try reader.read(index, bytes: start..<expected.count)
                #expect(part.copy(of: 0..<part.byteCount) == Array(expected[start...]))
            }
        }
        if name != "shapes.onnx" {
            let dtypes = Set(reader.manifest.variables.map(\.tensor.dtype))
            #expect(dtypes == ONNXFormat().traits.dtypes)
        }
    }

    @Test("who made it and for which operators are metadata") func header() throws {
        let metadata = try open("network.onnx").manifest.metadata
        #expect(metadata["onnx.producer_name"] == .string("pytorch"))
        #expect(metadata["onnx.opset_import"] == .string("ai.onnx 13"))
        #expect(metadata["onnx.ir_version"] == .string("8"))
    }

    @Test("constants and what is in graphs within the graph have names of their own")
    func names() throws {
        let reader = try open("graphs.onnx")
        #expect(
            reader.manifest.variables.map(\.name.string) == [
                "If_7/else_branch/k", "If_7/else_branch/w",
                "If_7/then_branch/second/else_branch/k", "If_7/then_branch/second/else_branch/w",
                "If_7/then_branch/second/then_branch/k", "If_7/then_branch/second/then_branch/w",
                "integer", "integers", "number", "numbers", "w", "w~2",
            ])
        let checkpoint = try Checkpoint(reading: reader)
        // The initializer keeps its name, the constant that stands before it does not.
        #expect(checkpoint.manifest[try VariableName("w")]?.tensor.dtype == .f32)
        #expect(try checkpoint.array("number") == [0, 0, 0, 0x3F])
        #expect(try checkpoint.array("integer") == [UInt8](repeating: 0xFF, count: 8))
        #expect(
            try checkpoint.array("integers")
                == [0, 0, 0, 0, 0, 1, 0, 0, 0xFE] + [UInt8](repeating: 0xFF, count: 7))
        #expect(reader.notes.contains { $0.contains("1 text constant") })
        #expect(reader.notes.contains { $0.contains("tensor attribute") })
    }

    @Test("values in a file beside the model are read, and what is the same bytes is tied")
    func external() throws {
        let files = try DiskFileSet(
            path: Fixtures.directory.appendingPathComponent("onnx-external/model.onnx").path)
        let reader = try ONNXFormat().open(files, limits: .standard)
        #expect(reader.otherFiles == ["weights.bin"])
        #expect(reader.otherByteCount == 40)
        let tie = try VariableName("c")
        #expect(reader.manifest[tie]?.tiedTo == (try VariableName("a")))
        for (index, variable) in reader.manifest.variables.enumerated() {
            #expect(try reader.read(index).array == Fixtures.pattern(variable.tensor))
            #expect(try reader.map(index)?.byteCount == variable.tensor.byteCount)
        }
    }

    struct Network {
        var file: String
        var layout: KernelLayout
        var logits: [Float]
    }

    @Test(
        "networks of other programs run, with the logits of ONNX Runtime",
        arguments: [
            Network(
                file: "network.onnx", layout: .pytorch,
                logits: [0.4066177308559418, 0.8261643648147583, 0.4935661554336548]),
            Network(
                file: "untransposed.onnx", layout: .onnxMatMul,
                logits: [0.3824755549430847, 0.4033087193965912, -1.186029314994812]),
            Network(
                file: "channels-last.onnx", layout: .onnxMatMulChannelsLast,
                logits: [0.6150121688842773, -0.03578448295593262, -0.39491432905197144]),
        ]
            // The same network, flattened as PyTorch's exporters write it.
            + ["today", "size", "input", "extents"].map {
                Network(
                    file: "flatten-\($0).onnx", layout: .pytorch,
                    logits: [0.4066177308559418, 0.8261643648147583, 0.4935661554336548])
            })
    func network(network: Network) throws {
        let reader = try open(network.file)
        let graph = try #require(reader.manifest.graph)
        #expect(try reader.manifest.recordedKernelLayout() == network.layout)
        #expect(graph.layers.map(\.name) == ["conv", "relu", "pool", "reshape", "fc"])
        #expect(graph.input.shape.dimensions == [8, 8, 1])
        let limits = DecodingLimits.standard
        let parameters = try graph.parameters(
            in: reader, budget: ExpansionBudget(limits, fileByteCount: 1 << 20))
        let session = try InferenceSession(
            graph: graph, parameters: parameters, maximumBatch: 1,
            parallelism: Parallelism(threadCount: 1))
        let pixels = (0..<64).map { UInt8($0 * 7 % 256) }
        for (found, wanted) in zip(try session.logits(pixels: pixels), network.logits) {
            #expect(abs(found - wanted) < 1e-4)
        }
    }

    @Test("a graph that cannot be said truly is left out, and why is told") func untransposed()
        throws
    {
        let reader = try open("padded.onnx")
        #expect(reader.manifest.graph == nil)
        #expect(reader.manifest.metadata[KernelLayout.metadataKey] == nil)
        #expect(reader.notes.contains { $0.contains("pads images") })
    }
}

import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNConversion
import LTFNFiles
import LTFNFormat
import LTFNInterchange
import TestSupport
import Testing

@Suite("Blocks on their way into other formats") struct DequantizingTests {
    private let folder = TemporaryFolder()
    private let input = Fixtures.directory.appendingPathComponent("gguf/blocks.gguf").path

    private func conversion(
        to name: String, variables: [String] = [], _ change: (inout Changes) -> Void = { _ in }
    ) throws -> FileConversion {
        var request = FileConversion.Request(input: input, output: folder.path(name))
        request.selection.patterns = variables.map { GlobPattern($0) }
        change(&request.changes)
        return try FileConversion(request)
    }

    @Test("a format without blocks refuses them in one sentence, which says what helps")
    func refusal() throws {
        for name in ["m.safetensors", "m.onnx", "m.pt"] {
            let problems = try conversion(to: name, variables: ["of Q4_K", "of Q6_K"]).problems
            #expect(problems.count == 1)
            let problem = try #require(problems.first)
            #expect(problem.sentence.contains("\"of Q4_K\""))
            #expect(problem.sentence.contains("blocks of Q4_K and Q6_K"))
            #expect(problem.remedies == [.dequantize])
        }
        let other = try conversion(to: "m.safetensors", variables: ["of IQ2_S"]).problems
        #expect(other.count == 1)
        #expect(other.first?.sentence.contains("IQ2_S") == true)
        #expect(other.first?.remedies == [])
    }

    @Test("they become float32 where that is asked for") func numbers() throws {
        let one = try conversion(to: "m.safetensors", variables: ["of Q4_K", "of Q8_0"]) {
            $0.dequantizes = true
        }
        #expect(one.problems.isEmpty)
        #expect(
            one.announcements.first == "Dequantized to float32: 2 variables (Q4_K, Q8_0).")
        let outcome = try #require(try one.run())
        #expect(outcome.verification == .equal)
        let output = try SafetensorsFormat().open(
            FileSource(path: folder.path("m.safetensors")), limits: .standard)
        #expect(output.manifest.variables.map(\.elementType) == ["f32", "f32"])
        #expect(output.manifest.variables[0].tensor.shape.dimensions == [2, 256])
        #expect(output.manifest.variables[0].metadata.isEmpty)
    }

    @Test("what cannot be decoded is named") func undecodable() throws {
        let problems = try conversion(to: "m.gguf", variables: ["of IQ2_S", "of Q4_K"]) {
            $0.dequantizes = true
        }.problems
        #expect(problems.count == 1)
        #expect(problems.first?.sentence.contains("\"of IQ2_S\" cannot be dequantized") == true)
    }

    @Test("other changes want numbers first") func changes() throws {
        let layout = try conversion(to: "m.gguf", variables: ["of Q4_K"]) { changes in
            changes.layout = LayoutRequest(to: .pytorch, from: .tensorflow)
        }
        #expect(layout.problems.flatMap(\.remedies) == [.dequantize])
        let rounded = try conversion(to: "m.gguf", variables: ["of Q4_K"]) { changes in
            changes.dtypes = [DTypeRule(.f16, pattern: GlobPattern("*"))].compactMap { $0 }
        }
        #expect(rounded.problems.flatMap(\.remedies) == [.dequantize])
        let both = try conversion(to: "m.gguf", variables: ["of Q4_K"]) { changes in
            changes.dequantizes = true
            changes.dtypes = [DTypeRule(.bf16)].compactMap { $0 }
        }
        #expect(both.problems.isEmpty)
        #expect(try both.run()?.verification == .equal)
    }

    @Test("a record of blocks that does not fit its tensor counts for nothing") func records()
        throws
    {
        func blocks(_ record: MetadataValue, _ shape: [Int]) throws -> BlockTensor? {
            try variable("w", .bits8, shape, metadata: ["ltfn.blocks": record]).blocks
        }
        func record(_ type: String, _ shape: [Int64]) -> MetadataValue {
            .map(["type": .string(type), "shape": .list(shape.map { .i64($0) })])
        }
        #expect(try blocks(record("Q4_0", [2, 32]), [2, 18])?.type == .q40)
        #expect(try blocks(record("Q4_0", [2, 32]), [2, 19]) == nil)
        #expect(try blocks(record("Q4_9", [2, 32]), [2, 18]) == nil)
        #expect(try blocks(record("Q4_0", [2, -32]), [2, 18]) == nil)
        #expect(try blocks(record("Q4_0", []), []) == nil)
        #expect(try blocks(record("Q4_0", [.max - 31, 32]), [1, 18]) == nil)
        #expect(try blocks(.string("Q4_0"), [2, 18]) == nil)
        #expect(
            try variable("w", .u8, [2, 18], metadata: ["ltfn.blocks": record("Q4_0", [2, 32])])
                .blocks == nil)
    }

    @Test("a hostile record in an .ltfn file is no reason to trap") func hostile() throws {
        let metadata: Metadata = [
            "ltfn.blocks": .map(["type": .string("Q8_K"), "shape": .list([.i64(.max), .i64(256)])])
        ]
        let specimen = try Specimen("hostile", [variable("w", .bits8, [2], metadata: metadata)])
        let plan = ConversionPlan(
            converting: specimen.checkpoint.manifest, from: NativeFormat(), to: GGUFFormat())
        #expect(!plan.isExecutable)
    }
}

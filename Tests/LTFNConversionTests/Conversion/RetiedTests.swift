import LTFNBytes
import LTFNCheckpoint
import LTFNConversion
import LTFNFormat
import LTFNFormats
import LTFNInterchange
import TestSupport
import Testing

@Suite("Ties that come back") struct RetiedTests {
    private let directory = TemporaryFolder()

    private func put(
        _ checkpoint: Checkpoint, _ format: any CheckpointFormat, _ name: String
    ) throws {
        let sink = MemorySink()
        try format.write(checkpoint, to: sink)
        directory.put(sink.bytes, name)
    }

    /// - Returns: what the output says.
    @discardableResult
    private func convert(_ input: String, _ output: String) throws -> Manifest {
        var request = FileConversion.Request(
            input: directory.path(input), output: directory.path(output))
        request.allowedLosses = [.tie]
        request.replacesOutput = true
        let outcome = try #require(try FileConversion(request).run())
        #expect(outcome.verification == .equal)
        return try ModelFile(directory.path(output)).reader.manifest
    }

    @Test(
        "copies are tied again when the way is gone back",
        arguments: ["b.safetensors", "b.onnx", "b.index"])
    func back(middle: String) throws {
        let specimen = try Specimen(
            "tied", [variable("a"), variable("b", tiedTo: "c"), variable("c"), variable("d")])
        try put(specimen.checkpoint, NativeFormat(), "a.ltfn")
        let copies = try convert("a.ltfn", middle)
        #expect(copies.variables.allSatisfy { $0.tiedTo == nil })
        try convert(middle, "c.ltfn")
        #expect(directory.get("c.ltfn") == directory.get("a.ltfn"))
    }

    @Test("copies that are the same no longer stay apart") func changed() throws {
        let metadata: Metadata = [VariableInfo.tieKey: .string("a")]
        let specimen = try Specimen(
            "copies", [variable("a"), variable("b", metadata: metadata)])
        try put(specimen.checkpoint, SafetensorsFormat(), "a.safetensors")
        #expect(
            try convert("a.safetensors", "b.ltfn").variables.allSatisfy { $0.tiedTo == nil })
    }

    @Test("what a record names that is not there, or names it back, is nothing to tie") func odd()
        throws
    {
        let info = try variable("a").tensor
        let values = try TensorData(info, values: Array(repeating: 7, count: info.byteCount))
        for (first, second) in [("b", "a"), ("none", "b"), ("a\u{0}", "")] {
            var checkpoint = Checkpoint()
            for (name, target) in [("a", first), ("b", second)] {
                try checkpoint.add(
                    variable(name, metadata: [VariableInfo.tieKey: .string(target)]), values)
            }
            try put(checkpoint, SafetensorsFormat(), "a.safetensors")
            #expect(
                try convert("a.safetensors", "b.ltfn").variables.allSatisfy { $0.tiedTo == nil })
        }
    }

    @Test("names that safetensors' binding for PyTorch left out are there again") func dropped()
        throws
    {
        var checkpoint = try Specimen("model", [variable("embed.weight")]).checkpoint
        checkpoint.metadata = [
            "format": .string("embed.weight"), "lm_head.weight": .string("embed.weight"),
            "other": .string("text"),
        ]
        try put(checkpoint, SafetensorsFormat(), "a.safetensors")
        let tied = try convert("a.safetensors", "b.ltfn")
        #expect(tied.variables.map(\.name.string) == ["embed.weight", "lm_head.weight"])
        #expect(tied.variables[1].tiedTo == tied.variables[0].name)
        #expect(tied.metadata["lm_head.weight"] == nil)
        #expect(tied.metadata["other"] == .string("text"))
        // Where ties have no place, the names stay where they were.
        let same = try convert("a.safetensors", "c.safetensors")
        #expect(same.variables.count == 1)
        #expect(same.metadata == checkpoint.metadata)
    }
}

import LTFNBytes
import LTFNCheckpoint
import LTFNConversion
import LTFNFiles
import LTFNFormat
import LTFNFormats
import TestSupport
import Testing

/// Names that are the same letters in other characters, which Swift's strings take for equal.
@Suite("Names that are canonically equivalent") struct EquivalentNamesTests {
    private let directory = TemporaryFolder()

    private static let outputs = [
        "a.safetensors", "a.pt", "a.index", "a.npz", "a.h5", "a.gguf", "a.onnx",
    ]

    @Test("each keeps its own values", arguments: outputs) func values(output: String) throws {
        var checkpoint = Checkpoint()
        let ending = "/.ATTRIBUTES/VARIABLE_VALUE"
        let names = ["\u{E9}", "e\u{301}", "m/\u{E9}" + ending, "m/e\u{301}" + ending]
        for (number, name) in names.enumerated() {
            try checkpoint.add(
                variable(name, .f32, [2]),
                TensorData(shape: [2], floats: [Float(number), 7]))
        }
        checkpoint.metadata["m\u{E9}"] = .string("composed")
        checkpoint.metadata["me\u{301}"] = .string("decomposed")
        let sink = MemorySink()
        try NativeFormat().write(checkpoint, to: sink)
        directory.put(sink.bytes, "in.ltfn")
        var request = FileConversion.Request(
            input: directory.path("in.ltfn"), output: directory.path(output))
        request.allowedLosses = [.name, .metadata]
        #expect(try FileConversion(request).run()?.verification == .equal)
        let reader = try ModelFile(request.output).reader
        #expect(reader.manifest.variables.count == names.count)
        for (number, name) in names.enumerated() {
            let index = try #require(reader.manifest.index(of: VariableName(name)))
            #expect(try reader.read(index).floats() == [Float(number), 7])
        }
        if !output.hasSuffix("npz") {
            #expect(reader.manifest.metadata["m\u{E9}"] == .string("composed"))
            #expect(reader.manifest.metadata["me\u{301}"] == .string("decomposed"))
        }
    }

    @Test("files of a set are told apart by the bytes of their names")
    func sets() throws {
        let names = ["\u{E9}", "e\u{301}"]
        var map: [String] = []
        for (number, name) in names.enumerated() {
            var checkpoint = Checkpoint()
            try checkpoint.add(
                variable("v\(number)", .f32, [1]), TensorData(shape: [1], floats: [Float(number)]))
            let sink = MemorySink()
            try NativeFormat().write(checkpoint, to: sink)
            directory.put(sink.bytes, "in.ltfn")
            let request = FileConversion.Request(
                input: directory.path("in.ltfn"), output: directory.path(name + ".safetensors"))
            _ = try FileConversion(request).run()
            map.append("\"v\(number)\": \"\(name).safetensors\"")
        }
        let index = "{\"metadata\": {}, \"weight_map\": {\(map.joined(separator: ", "))}}"
        directory.put(Array(index.utf8), "model.safetensors.index.json")
        let reader = try ModelFile(directory.path("model.safetensors.index.json")).reader
        for number in 0...1 {
            let position = try #require(
                reader.manifest.index(of: VariableName("v\(number)")))
            #expect(try reader.read(position).floats() == [Float(number)])
        }
    }
}

import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNFiles
import LTFNInterchange
import TestSupport
import Testing

@Suite("Hostile models of ONNX") struct ONNXHostileTests {
    private typealias Builder = ONNXBuilder
    private typealias Tensor = ONNXField.Tensor

    private let floats = [UInt8](repeating: 1, count: 64)

    @Test(
        "a file that a model names lies below its folder",
        arguments: [
            "../w.bin", "/etc/passwd", "a/../../w.bin", "a//b", "w.bin/", "", "a\0b", ".", "..",
        ])
    func outside(location: String) {
        let model = Builder.model(tensors: [Builder.external("w", [2], location)])
        let error = Builder.error(model, beside: ["w.bin": floats])
        #expect(error?.code == .corrupt)
        #expect(error?.variable == "w")
    }

    @Test("a link that leads out of the folder is not followed") func link() throws {
        let folder = TemporaryFolder()
        folder.put(Builder.model(tensors: [Builder.external("w", [2], "w.bin")]), "model.onnx")
        let other = TemporaryFolder()
        other.put([UInt8](repeating: 0, count: 8), "w.bin")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("w.bin"), withDestinationPath: other.path("w.bin"))
        let error = formatError { () throws(FormatError) in
            try ONNXFormat().open(
                DiskFileSet(path: folder.path("model.onnx")), limits: .standard)
        }
        #expect(error?.code == .io)
        #expect(error?.message.contains("leads out of its folder") == true)
    }

    @Test("the folder of the model may be named") func here() throws {
        let model = Builder.model(tensors: [Builder.external("w", [2], "././w.bin", length: "8")])
        let read = try Builder.read(model, beside: ["w.bin": floats])
        #expect(try read.array("w") == Array(floats[..<8]))
    }

    @Test("ranges of another file are within it, as long as the tensor, and apart or the same")
    func ranges() {
        func error(_ tensors: [Builder.Fields]) -> FormatError.Code? {
            Builder.error(Builder.model(tensors: tensors), beside: ["w.bin": floats])?.code
        }
        func tensor(_ name: String, _ offset: String?, _ length: String?) -> Builder.Fields {
            Builder.external(name, [2], "w.bin", offset: offset, length: length)
        }
        #expect(error([tensor("a", "56", nil)]) == nil)
        #expect(error([tensor("a", "56", "8"), tensor("b", "0", "8")]) == nil)
        #expect(error([tensor("a", "8", "8"), tensor("b", "8", "8")]) == nil)
        #expect(error([tensor("a", "8", "8"), tensor("b", "12", "8")]) == .corrupt)
        #expect(error([tensor("a", "60", "8")]) == .truncated)
        #expect(error([tensor("a", "65", nil)]) == .truncated)
        #expect(error([tensor("a", "0", "12")]) == .corrupt)
        #expect(error([tensor("a", nil, nil)]) == .corrupt)
        for odd in ["-8", "", "8.0", "0x8", " 8", "18446744073709551615", "9223372036854775808"] {
            #expect(error([tensor("a", odd, "8")]) == .corrupt, "\(odd)")
            #expect(error([tensor("a", "0", odd)]) == .corrupt, "\(odd)")
        }
    }

    @Test("shapes that no tensor has are refused")
    func shapes() {
        func code(_ dims: [Int64], _ raw: [UInt8] = []) -> FormatError.Code? {
            Builder.error(Builder.model(tensors: [Builder.tensor("w", dims, raw: raw)]))?.code
        }
        #expect(code([-1]) == .corrupt)
        #expect(code([.min]) == .corrupt)
        #expect(code([-1, -2], [0, 0, 0, 0, 0, 0, 0, 0]) == .corrupt)
        #expect(code([.max, 2]) == .limitExceeded)
        #expect(code([1 << 62]) == .limitExceeded)
        #expect(code([1 << 40]) == .corrupt)
        #expect(code([1 << 40, 0, 1 << 40]) == nil)
        #expect(code([Int64](repeating: 1, count: 100_000)) == .limitExceeded)
    }

    @Test("values of the wrong length, twice, or in a field of another type are refused")
    func values() {
        func code(_ fields: @escaping Builder.Fields, raw: [UInt8]? = nil) -> FormatError.Code? {
            Builder.error(
                Builder.model(tensors: [Builder.tensor("w", [2], raw: raw, fields)]))?.code
        }
        let eight = Array(floats[..<8])
        #expect(code({ _ in }, raw: eight) == nil)
        #expect(code({ _ in }, raw: Array(floats[..<9])) == .corrupt)
        #expect(code({ _ in }) == .corrupt)
        #expect(code({ $0.bytes(Tensor.floatData, Array(floats[..<8])) }) == nil)
        #expect(code({ $0.bytes(Tensor.floatData, Array(floats[..<7])) }) == .corrupt)
        #expect(code({ $0.bytes(Tensor.floatData, Array(floats[..<12])) }) == .corrupt)
        #expect(code({ $0.bytes(Tensor.floatData, eight) }, raw: eight) == .corrupt)
        #expect(code({ $0.bytes(Tensor.int32Data, [1, 2]) }) == .corrupt)
        #expect(code({ $0.bytes(Tensor.int64Data, [1, 0x80]) }) == .corrupt)
        #expect(code({ $0.varint(Tensor.dataLocation, UInt64(1)) }, raw: eight) == .corrupt)
        #expect(code({ $0.bytes(Tensor.segment, []) }, raw: eight) == .unsupportedFeature)
    }

    @Test("numbers and lengths that are longer than they can be are refused") func numbers() {
        let long = [UInt8](repeating: 0xFF, count: 12)
        let whole = Builder.model(tensors: [Builder.tensor("w", [1], type: 2, raw: [1])])
        #expect(Builder.error(whole + long)?.code == .corrupt)
        // A field whose length is 2^64 - 1, or that of all memory.
        for tail: [UInt8] in [
            [0x3A] + [UInt8](repeating: 0xFF, count: 9) + [0x01],
            [0x3A, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40],
        ] {
            #expect(Builder.error(whole + tail)?.code == .truncated)
        }
        let packed = Builder.model(tensors: [
            Builder.tensor("w", [1], type: 7) { $0.bytes(Tensor.int64Data, long + [0x00]) }
        ])
        #expect(Builder.error(packed)?.code == .corrupt)
    }

    @Test("graphs in graphs in graphs are not followed without end") func nesting() {
        // From the inside out, and each time a few bytes more: 20,000 deep in a megabyte.
        var node: [UInt8] = []
        for _ in 0..<20_000 {
            var graph = ProtobufWriter()
            graph.bytes(ONNXField.Graph.node, node)
            var attribute = ProtobufWriter()
            attribute.bytes(ONNXField.Attribute.graph, graph.bytes)
            var outer = ProtobufWriter()
            outer.bytes(ONNXField.Node.attribute, attribute.bytes)
            node = outer.bytes
        }
        let model = Builder.model { $0.bytes(ONNXField.Graph.node, node) }
        #expect(Builder.error(model)?.code == .limitExceeded)
    }

    @Test("a million empty tensors are refused soon, for their names") func many() {
        let empty: [UInt8] = [0x2A, 0x00]
        var graph: [UInt8] = []
        for _ in 0..<200_000 { graph += empty }
        var model = ProtobufWriter()
        model.varint(ONNXField.Model.irVersion, UInt64(8))
        model.bytes(ONNXField.Model.opsetImport, [0x10, 0x0D])
        model.bytes(ONNXField.Model.graph, graph)
        #expect(Builder.error(model.bytes)?.code == .corrupt)
    }

    @Test("constants of one name get numbers, however many they are") func sameNames() throws {
        let model = Builder.model { graph in
            for _ in 0..<3_000 {
                graph.message(ONNXField.Graph.node) { node in
                    node.string(ONNXField.Node.output, "k")
                    node.string(ONNXField.Node.opType, "Constant")
                    node.message(ONNXField.Node.attribute) { attribute in
                        attribute.string(ONNXField.Attribute.name, "value_float")
                        attribute.float(ONNXField.Attribute.float, 1)
                    }
                }
            }
        }
        let names = try Builder.read(model).manifest.variables.map(\.name.string)
        #expect(names.count == 3_000)
        #expect(names.contains("k~3000"))
    }

    @Test("what is no model is not taken for one") func others() {
        let format = ONNXFormat()
        // The beginning of a SavedModel of TensorFlow, of a frozen graph, and of nothing.
        for prefix: [UInt8] in [
            [0x08, 0x01, 0x12, 0x06, 0x0A, 0x04, 0x12, 0x02, 0x01, 0x02],
            [0x0A, 0x03, 0x0A, 0x01, 0x61],
            [0x08, 0x08], [], Array("{\"a\":1}".utf8),
        ] {
            #expect(!format.recognizes(prefix: prefix, byteCount: UInt64(prefix.count)))
        }
        #expect(Builder.error([0x08, 0x08])?.code == .notThisFormat)
        let model = Builder.model(tensors: [])
        #expect(format.recognizes(prefix: model, byteCount: UInt64(model.count)))
        #expect(
            !format.recognizes(
                prefix: Array(model.dropFirst(2)), byteCount: UInt64(model.count - 2)))
    }
}

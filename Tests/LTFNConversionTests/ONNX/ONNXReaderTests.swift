import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import Testing

@Suite("Models of ONNX") struct ONNXReaderTests {
    private typealias Builder = ONNXBuilder
    private typealias Tensor = ONNXField.Tensor

    @Test("fields may be packed or not, in pieces, and in any order") func fields() throws {
        let bytes = Builder.model(tensors: [
            { tensor in
                tensor.fixed32(Tensor.floatData, 1)
                tensor.string(Tensor.name, "earlier")
                tensor.bytes(Tensor.dims, [2, 3])
                tensor.bytes(Tensor.floatData, [2, 0, 0, 0, 3, 0, 0, 0])
                tensor.bytes(Tensor.floatData, [])
                tensor.varint(Tensor.dataType, UInt64(7))
                tensor.fixed32(Tensor.floatData, 4)
                tensor.bytes(Tensor.floatData, [5, 0, 0, 0, 6, 0, 0, 0])
                tensor.varint(Tensor.dataType, UInt64(1))
                tensor.string(Tensor.name, "w")
            }
        ])
        let checkpoint = try Builder.read(bytes)
        #expect(checkpoint.manifest.variables[0].tensor.shape.dimensions == [2, 3])
        #expect(try checkpoint.array("w") == (1...6).flatMap { [UInt8($0), 0, 0, 0] })
    }

    @Test("a graph that stands in two pieces is one") func merged() throws {
        let bytes = Builder.model { model in
            model.message(ONNXField.Model.graph) { graph in
                graph.message(
                    ONNXField.Graph.initializer, Builder.tensor("a", [1], type: 2, raw: [7]))
            }
        } graph: { graph in
            graph.message(
                ONNXField.Graph.initializer, Builder.tensor("b", [1], type: 2, raw: [8]))
        }
        let checkpoint = try Builder.read(bytes)
        #expect(try checkpoint.array("a") == [7])
        #expect(try checkpoint.array("b") == [8])
    }

    @Test("sparse tensors are left out by name, text too when that is wanted") func leftOut() throws
    {
        let bytes = Builder.model { graph in
            graph.message(ONNXField.Graph.initializer, Builder.tensor("t", [1], type: 8))
            graph.message(ONNXField.Graph.initializer, Builder.tensor("w", [1], type: 2, raw: [1]))
            graph.message(ONNXField.Graph.sparseInitializer) {
                $0.message(ONNXField.SparseTensor.values, Builder.tensor("s", [1], raw: [0]))
            }
        }
        #expect(Builder.error(bytes)?.code == .unsupportedFeature)
        #expect(Builder.error(bytes)?.message.contains("text") == true)
        var selection = ReadingSelection.everything
        selection.skipsUnreadable = true
        let reader = try ONNXFormat(selection: selection).open(
            MemorySource(bytes), limits: .standard)
        #expect(reader.manifest.variables.map(\.name.string) == ["w"])
        #expect(Set(reader.losses.map(\.variable?.string)) == ["t", "s"])
        #expect(reader.losses.allSatisfy { $0.subject == .member })
    }

    @Test("what is newer is told, and types that are not known are refused by number")
    func newer() throws {
        let bytes = Builder.model(irVersion: 15, opset: 29) { graph in
            graph.message(ONNXField.Graph.initializer, Builder.tensor("w", [1], type: 2, raw: [1]))
        }
        let reader = try ONNXFormat().open(MemorySource(bytes), limits: .standard)
        #expect(reader.notes.count == 2)
        let unknown = Builder.model(tensors: [Builder.tensor("w", [1], type: 29, raw: [1])])
        #expect(Builder.error(unknown)?.code == .unsupportedFeature)
        #expect(Builder.error(unknown)?.message.contains("29") == true)
    }

    @Test("the last of two tensors of one name is read when that is wanted") func duplicates()
        throws
    {
        let bytes = Builder.model(tensors: [
            Builder.tensor("w", [1], type: 2, raw: [1]),
            Builder.tensor("w", [1], type: 2, raw: [2]),
        ])
        #expect(Builder.error(bytes)?.code == .corrupt)
        var selection = ReadingSelection.everything
        selection.takesLastOfDuplicates = true
        #expect(try Builder.read(bytes, selection).array("w") == [2])
    }

    @Test("metadata of tensors and of the model are kept") func metadata() throws {
        let bytes = Builder.model { model in
            for value in ["first", "last"] {
                model.message(ONNXField.Model.metadataProps) { entry in
                    entry.string(ONNXField.Entry.key, "key")
                    entry.string(ONNXField.Entry.value, value)
                }
            }
        } graph: { graph in
            graph.message(
                ONNXField.Graph.initializer,
                Builder.tensor("w", [1], type: 2, raw: [1]) {
                    $0.string(Tensor.docString, "what it is")
                })
        }
        let reader = try ONNXFormat().open(MemorySource(bytes), limits: .standard)
        #expect(reader.manifest.metadata["key"] == .string("last"))
        #expect(reader.manifest.variables[0].metadata["onnx.doc_string"] == .string("what it is"))
        #expect(reader.notes.contains { $0.contains("again") })
    }
}

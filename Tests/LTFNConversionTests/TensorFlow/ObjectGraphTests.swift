import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import Testing

/// What `tf.train.Checkpoint` restores by.
@Suite("Graphs of objects in checkpoints of TensorFlow") struct ObjectGraphTests {
    private static let ending = "/.ATTRIBUTES/VARIABLE_VALUE"

    private func files(_ names: [String]) throws -> [String: [UInt8]] {
        let checkpoint = try Specimen("names", names.map { try variable($0, .u8, [1]) }).checkpoint
        let sink = MemoryFileSetSink(name: "m.index")
        var writer = try TensorFlowFormat().create(sink, manifest: checkpoint.manifest)
        for index in checkpoint.tensors.indices {
            try writer.write(checkpoint.tensors[index], at: index)
        }
        try writer.finish()
        let reader = try TensorFlowFormat().open(
            MemoryFileSet(sink.files, name: "m.index"), limits: .standard)
        #expect(reader.manifest == checkpoint.manifest)
        let isTold = reader.notes.contains { $0.contains("the object graph") }
        #expect(isTold == names.contains { $0.hasSuffix(Self.ending) })
        return sink.files
    }

    private func contains(_ bytes: [UInt8]?, _ part: [UInt8]) -> Bool {
        guard let bytes else { return false }
        return bytes.indices.contains { bytes[$0...].starts(with: part) }
    }

    @Test("plain names have none, and the values stand alone") func plain() throws {
        let data = try files(["a", "b/c"])["m.data-00000-of-00001"]
        #expect(data?.count == 2)
    }

    @Test("keys are paths, whose names are told as the objects have them") func paths() throws {
        let data = try files(["model/a.Sb/c..d" + Self.ending, "step" + Self.ending, "Z"])[
            "m.data-00000-of-00001"]
        // A child: its number, and its name.
        for (node, name) in [(1, "model"), (2, "a/b"), (3, "c.d"), (4, "step")] {
            let child = Bytes.number(1, Int64(node)) + Bytes.message(2, Array(name.utf8))
            #expect(contains(data, Bytes.message(1, child)))
        }
        let attribute =
            Bytes.message(1, Array("VARIABLE_VALUE".utf8))
            + Bytes.message(3, Array(("step" + Self.ending).utf8))
        #expect(contains(data, Bytes.message(2, attribute)))
    }

    @Test("slots of optimizers belong to a variable") func slots() throws {
        let data = try files([
            "w" + Self.ending, "w/.OPTIMIZER_SLOT/model/adam/m" + Self.ending,
        ])["m.data-00000-of-00001"]
        // Nodes in the order of the names: "w" is looked at with its slot first.
        #expect(contains(data, Bytes.message(2, Array("m".utf8))))
        #expect(contains(data, Bytes.message(2, Array("adam".utf8))))
    }

    @Test(
        "names that only look so are written and read as any other",
        arguments: [
            ending, "/" + ending, "//" + ending, "/.OPTIMIZER_SLOT/" + ending,
            "a/.OPTIMIZER_SLOT/m" + ending, "a/.OPTIMIZER_SLOT/b/.OPTIMIZER_SLOT/c" + ending,
            "." + ending, "....S" + ending, "ä/😀" + ending,
        ])
    func odd(name: String) throws {
        _ = try files([name])
    }
}

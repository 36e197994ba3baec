import LTFN
import Synchronization
import TestSupport
import Testing

@Suite("A file of any format, opened through one door")
struct ModelFileTests {
    private func model() throws -> Checkpoint {
        var checkpoint = Checkpoint()
        try checkpoint.add("layer.weight", shape: [2, 2], floats: [1, 2, 3, 4])
        try checkpoint.add("layer.bias", shape: [2], initializer: .ones)
        checkpoint.metadata = ["author": .string("somebody")]
        return checkpoint
    }

    @Test("A name that is not there is told with what may have been meant")
    func unknownName() throws {
        let file = try ModelFile(bytes: model().encoded(), name: "model.ltfn")
        let error = #expect(throws: FormatError.self) { try file["layer.wieght"] }
        #expect(error?.description.contains("did you mean layer.weight?") == true)
        #expect(error?.description.contains("model.ltfn") == true)
        #expect(throws: FormatError.self) { try file["\n"] }
        #expect(throws: FormatError.self) { try file[""] }
    }

    @Test("The same values come out of every format")
    func formats() throws {
        let folder = TemporaryFolder()
        for name in ["m.ltfn", "m.safetensors", "m.npz"] {
            try model().save(to: folder.path(name), losing: [.metadata, .initializer])
            let file = try ModelFile(folder.path(name))
            #expect(try file["layer.weight"].floats() == [1, 2, 3, 4])
            #expect(try file["layer.bias"].doubles() == [1, 1])
        }
    }

    @Test("A network is saved in the layout in which Core ML runs it, and other values as they are")
    func layout() throws {
        let folder = TemporaryFolder()
        var network = Checkpoint()
        try network.add("w", shape: [2, 3], floats: [1, 2, 3, 4, 5, 6])
        try network.save(to: folder.path("values.mlmodel"))
        #expect(try ModelFile(folder.path("values.mlmodel"))["w"].shape == [2, 3])
        network.graph = ModelGraph(
            name: "small", input: ModelGraph.Input(shape: try TensorShape([1, 2, 1])),
            layers: [
                Layer(name: "flatten", operation: .flatten),
                Layer(
                    name: "dense",
                    operation: .dense(weights: try VariableName("w"), bias: nil)),
            ])
        try network.save(to: folder.path("network.mlmodel"))
        let file = try ModelFile(folder.path("network.mlmodel"))
        #expect(try file["w"].shape == [3, 2])
        #expect(try file["w"].floats() == [1, 4, 2, 5, 3, 6])
    }

    @Test("What a format has no place for is an error, unless it may be lost")
    func losses() throws {
        let folder = TemporaryFolder()
        let path = folder.path("m.npy")
        var one = Checkpoint()
        try one.add("x", shape: [2], initializer: .ones)
        #expect(throws: FormatError.self) { try one.save(to: path) }
        #expect(throws: FormatError.self) { try one.save(to: folder.path("m.unknown")) }
        try one.save(to: path, losing: [.name, .initializer])
        #expect(throws: FormatError.self) {
            try one.save(to: path, replacing: false, losing: [.name, .initializer])
        }
    }

    @Test("A slow source is read on a thread of its own, and only where it is asked")
    func slow() async throws {
        let source = CountingSource(try model().encoded())
        let file = try await ModelFile.open(source: source, name: "store/model.ltfn")
        let weights: [Float] = try await file["layer.weight"].floats()
        #expect(weights == [1, 2, 3, 4])
        let all: [String: TensorData] = try await file.tensors()
        #expect(all.count == 2)
        #expect(source.calls > 0)
        await #expect(throws: FormatError.self) {
            try await ModelFile.open(source: CountingSource([1, 2, 3]), name: "junk")
        }
    }

    @Test("A checkpoint refuses a name twice, and what is no name")
    func names() throws {
        var checkpoint = try model()
        #expect(throws: FormatError.self) {
            try checkpoint.add("layer.bias", shape: [1], floats: [0])
        }
        #expect(throws: FormatError.self) { try checkpoint.add("", shape: [1], floats: [0]) }
        #expect(throws: FormatError.self) { try checkpoint.add("x", shape: [2], floats: [0]) }
        #expect(throws: FormatError.self) {
            try checkpoint.add("y", shape: [-1], initializer: .zeros)
        }
        #expect(throws: FormatError.self) {
            try checkpoint.add("z", shape: [.max, 2], initializer: .heNormal)
        }
        #expect(checkpoint.names == ["layer.bias", "layer.weight"])
    }
}

/// Counts how often it is asked.
private final class CountingSource: ByteSource {
    private let memory: MemorySource
    private let count = Mutex(0)

    init(_ bytes: [UInt8]) {
        memory = MemorySource(bytes)
    }

    var calls: Int { count.withLock { $0 } }

    var byteCount: UInt64 { memory.byteCount }

    func read(at offset: UInt64, byteCount: Int) throws(FormatError) -> [UInt8] {
        count.withLock { $0 += 1 }
        return try memory.read(at: offset, byteCount: byteCount)
    }
}

import Examples
import Foundation
import LTFN
import TestSupport
import Testing

@Suite("What the guides show does what they say")
struct GuideTests {
    @Test("A file is listed, read in part, looked at in place, and read from a store")
    func reading() async throws {
        let folder = TemporaryFolder()
        let path = folder.path("m.safetensors")
        try writeValues((0..<12).map { Float($0) }, rows: 4, to: path)
        #expect(try list(path) == ["embedding f32 [4, 3]"])
        #expect(try firstRows(2, of: "embedding", at: path) == [0, 1, 2, 3, 4, 5])
        #expect(try firstRows(9, of: "embedding", at: path).count == 12)
        #expect(try largest("embedding", at: path) == 11)
        let longer = folder.path("longer.safetensors")
        try writeValues((0..<45).map { Float($0) }, rows: 15, to: longer)
        #expect(try someOfFirstColumn(at: longer) == [30, 33, 36, 39, 42])

        var checkpoint = Checkpoint()
        try checkpoint.add("layer1_weights", shape: [2], floats: [1, 2])
        let bytes = try checkpoint.encoded()
        let source = RangeSource(byteCount: UInt64(bytes.count)) { range in
            Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
        }
        #expect(try await readFromStore(source) == [1, 2])
        let silent = RangeSource(byteCount: UInt64(bytes.count)) { _ in nil }
        await #expect(throws: FormatError.self) { try await readFromStore(silent) }
    }

    @Test("A file is exported, added to in place, and compacted")
    func writing() throws {
        let folder = TemporaryFolder()
        let path = folder.path("m.ltfn")
        try writeValues([1, 2, 3, 4], rows: 2, to: path)
        try export(path, to: folder.path(""))
        #expect(try ModelFile(folder.path("model.safetensors")).metadata["epoch"] == .i64(12))
        #expect(try ModelFile(folder.path("model.npz"))["embedding"].floats() == [1, 2, 3, 4])

        try addAverages([5, 6], toFileAt: path)
        #expect(try ModelFile(path).names == ["averages", "embedding"])
        try compact(path, to: folder.path("small.ltfn"))
        let small = try ModelFile(folder.path("small.ltfn"))
        #expect(try small["averages"].floats() == [5, 6])
        #expect(try small.byteCount < ModelFile(path).byteCount)

        try writeLargeTable(rows: 3_000, to: folder.path("table.ltfn"))
        let table = try ModelFile(folder.path("table.ltfn"))["table"]
        #expect(try table.elements(as: UInt8.self)[2_999_999] == UInt8(2_999 % 256))
    }

    @Test("A network changes its names and the layout of its kernels")
    func changing() throws {
        let folder = TemporaryFolder()
        var network = try GraphBuilder(height: 8, width: 8)
        try network.convolution(outputs: 4)
        try network.maxPool()
        network.flatten()
        try network.dense(name: "fully_connected", outputs: 3)
        var checkpoint = Checkpoint()
        for variable in network.model(named: "small").variables {
            let count = variable.shape.elementCount
            try checkpoint.add(
                variable.name.string, shape: variable.shape.dimensions,
                floats: (0..<count).map { Float($0) / Float(count) })
        }
        checkpoint.graph = network.model(named: "small").graph
        try checkpoint.save(to: folder.path("a.ltfn"))
        let output = folder.path("b.safetensors")
        #expect(try convertForPyTorch(folder.path("a.ltfn"), to: output))
        let model = try ModelFile(output)
        #expect(try model["fc.weights"].shape == [3, 64])
        let pixels = (0..<64).map { UInt8($0 * 3) }
        let classes = try [folder.path("a.ltfn"), output].map {
            try Classifier(ModelFile($0)).classify(pixels)
        }
        #expect(classes[0] == classes[1])
    }

    @Test("Limits, budgets and errors are what the guide says")
    func limits() throws {
        let folder = TemporaryFolder()
        let path = folder.path("m.ltfn")
        try writeCheckpoint(to: path)
        let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
        #expect(try readUpload(bytes).count == 2)
        #expect(try sumOfEverything(at: path).isFinite)
        #expect(verdict(on: path) == "This file is sound.")
        try Data(bytes.dropLast(9)).write(to: URL(fileURLWithPath: path))
        #expect(verdict(on: path).hasPrefix("The file is damaged"))
        #expect(verdict(on: #filePath) == "This is no model file.")

        // Zeros take no space, and would take a gigabyte.
        var checkpoint = Checkpoint()
        try checkpoint.add("zeros", shape: [1 << 26], initializer: .zeros)
        #expect(throws: FormatError.self) { try readUpload(checkpoint.encoded()) }
    }

    @Test("Initial values are made again, and a record that is wrong is found out")
    func provenance() throws {
        let folder = TemporaryFolder()
        let path = folder.path("m.ltfn")
        try writeCheckpoint(to: path)
        #expect(try drift(of: "layer1_weights", at: path) == 0)
        let tensor = try ModelFile(path)["layer1_weights"]
        var record = try #require(tensor.initializer)
        #expect(isTrue(record, of: tensor.info.tensor))
        record.seed += 1
        #expect(!isTrue(record, of: tensor.info.tensor))
        let values = try someInitialValues()
        #expect(values.count == 100)
        #expect(values.allSatisfy { abs($0) < 0.2 })
    }

    @Test("A difference needs its base, and a file without an end is read as far as it goes")
    func bases() throws {
        let folder = TemporaryFolder()
        let (base, difference) = (folder.path("base.ltfn"), folder.path("difference.ltfn"))
        var floats = (0..<5_000).map { Float($0).squareRoot() }
        try writeValues(floats, rows: 50, to: base)
        floats[7] = 3
        var tuned = Checkpoint()
        try tuned.add("embedding", shape: [50, 100], floats: floats)
        try writeDifference(of: tuned, from: base, to: difference)
        #expect(try ModelFile(base).byteCount > 4 * tuned.encoded().count / 5)
        let found = try readDifference(at: difference, from: base)
        #expect(try found["embedding"]?.floats() == floats)
        #expect(throws: FormatError.self) { try ModelFile(difference) }

        try addAverages([1], toFileAt: base)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: base))
        try bytes.dropLast(20).write(to: URL(fileURLWithPath: base))
        #expect(throws: FormatError.self) { try ModelFile(base) }
        let (names, remarks) = try recover(base)
        #expect(names.contains("embedding"))
        #expect(!remarks.isEmpty)
    }

    @Test("A format of one's own is opened beside those of the library")
    func tiny() throws {
        let folder = TemporaryFolder()
        let path = folder.path("numbers.txt")
        try Data("tiny 1\nweights 2 3\n1 2 3 4 5 6\n".utf8).write(to: URL(fileURLWithPath: path))
        let model = try openWithTiny(path)
        #expect(model.format.traits.name == "tiny")
        #expect(try model["weights"].floats() == [1, 2, 3, 4, 5, 6])
        #expect(throws: FormatError.self) { try ModelFile(path) }
        try writeCheckpoint(to: folder.path("m.ltfn"))
        #expect(try openWithTiny(folder.path("m.ltfn")).format.traits.name == "ltfn")
    }
}

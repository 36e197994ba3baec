import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import TestSupport
import Testing

/// Files that flax.serialization wrote, by tools/make_flax_fixtures.py.
@Suite("Files of Flax") struct FlaxTests {
    private func open(_ name: String) throws -> any CheckpointReader {
        try FlaxFormat().open(Fixtures.source("flax/" + name), limits: .standard)
    }

    @Test(
        "every type is read bit for bit, in pieces too",
        arguments: ["types.msgpack", "tree.msgpack", "chunked.msgpack"])
    func values(name: String) throws {
        let reader = try open(name)
        for (index, variable) in reader.manifest.variables.enumerated() {
            let expected = Fixtures.pattern(variable.tensor)
            #expect(try reader.read(index).array == expected, "\(variable.name)")
            for start in stride(from: expected.count, through: 0, by: -7) {
                let part = try reader.read(index, bytes: start..<expected.count)
                #expect(part.copy(of: 0..<part.byteCount) == Array(expected[start...]))
            }
        }
        if name == "types.msgpack" {
            let dtypes = Set(reader.manifest.variables.map(\.tensor.dtype))
            #expect(dtypes == FlaxFormat().traits.dtypes)
        }
    }

    @Test("keys are joined by slashes, and what is no array is metadata") func tree() throws {
        let reader = try open("tree.msgpack")
        #expect(
            reader.manifest.variables.map(\.name.string) == [
                "layers/0", "layers/1", "params/Dense_0/bias", "params/Dense_0/kernel",
                "params/Norm/scale", "scalar",
            ])
        #expect(reader.manifest.variables[5].tensor.shape.rank == 0)
        let metadata = reader.manifest.metadata
        #expect(metadata["step"] == .i64(7))
        #expect(metadata["rate"] == .f64(0.1))
        #expect(metadata["name"] == .string("größe"))
        #expect(metadata["done"] == .bool(true))
        #expect(metadata["phase"] == .list([.f64(1), .f64(2)]))
        #expect(reader.notes == ["Left out: 1 null value."])
    }

    @Test("an array in pieces is one variable") func chunked() throws {
        let reader = try open("chunked.msgpack")
        let big = try #require(reader.manifest[try VariableName("params/big")])
        #expect(big.tensor.shape.dimensions == [7, 11])
        #expect(try reader.stored(0) == nil)
    }
}

@Suite("Hostile files of Flax") struct FlaxHostileTests {
    private func error(_ bytes: [UInt8]) -> FormatError? {
        formatError { () throws(FormatError) in
            try FlaxFormat().open(MemorySource(bytes), limits: .standard)
        }
    }

    /// A map of one key.
    private func map(_ value: [UInt8], key: String = "w") -> [UInt8] {
        [0x81, 0xA0 | UInt8(key.utf8.count)] + Array(key.utf8) + value
    }

    /// An extension of up to 255 bytes.
    private func extended(_ content: [UInt8], type: UInt8 = 1) -> [UInt8] {
        [0xC7, UInt8(content.count), type] + content
    }

    private func array(
        shape: [UInt8] = [0x91, 2], dtype: String = "uint8", values: [UInt8] = [0xC4, 2, 7, 8]
    ) -> [UInt8] {
        [0x93] + shape + [0xA0 | UInt8(dtype.utf8.count)] + Array(dtype.utf8) + values
    }

    @Test("a file that is built so is read") func sound() throws {
        let reader = try FlaxFormat().open(
            MemorySource(map(extended(array()))), limits: .standard)
        #expect(try reader.read(0).array == [7, 8])
    }

    @Test("lengths that lie are refused at once") func lengths() {
        for head in [0xC6, 0xDB, 0xDD, 0xDF] as [UInt8] {
            #expect(error(map([head, 0xFF, 0xFF, 0xFF, 0xFF]))?.code == .truncated)
        }
        #expect(error(map([0xC9, 0xFF, 0xFF, 0xFF, 0xFF, 1]))?.code == .truncated)
        #expect(error(map([0xC1]))?.code == .corrupt)
        #expect(error(map([7]) + [0])?.code == .corrupt)
    }

    @Test("maps and lists in maps are not followed without end") func nesting() {
        let maps = [UInt8]([0x81, 0xA1, 0x61])
        #expect(error((0..<100_000).flatMap { _ in maps } + [0x80])?.code == .limitExceeded)
        #expect(
            error(map([UInt8](repeating: 0x91, count: 100_000) + [0x90]))?.code == .limitExceeded)
    }

    @Test("long keys of many values are refused, not copied to each of them") func paths() {
        let long = [0xDA, 0x10, 0x00] + [UInt8](repeating: 0x61, count: 4096)
        let many = [0xDD, 0, 1, 0, 0] + [UInt8](repeating: 0x01, count: 1 << 16)
        #expect(error([0x81] + long + many)?.code == .limitExceeded)
    }

    @Test("keys are texts or numbers, each once") func keys() {
        #expect(error([0x81, 0x05, 0x07]) == nil)
        #expect(error([0x81, 0xC0, 0x07])?.code == .unsupportedFeature)
        #expect(error([0x81, 0xA1, 0xFF, 0x07])?.code == .corrupt)
        let pair = Array(map(extended(array())).dropFirst())
        #expect(error([0x82] + pair + pair)?.code == .corrupt)
        #expect(error([0x82, 0xA1, 0x61, 1, 0xA1, 0x61, 2])?.code == .corrupt)
    }

    @Test("arrays are as long as they say") func arrays() {
        func code(_ content: [UInt8]) -> FormatError.Code? { error(map(extended(content)))?.code }
        #expect(code(array()) == nil)
        #expect(code(array(shape: [0x91, 3])) == .corrupt)
        #expect(code(array(shape: [0x91, 0xFF])) == .corrupt)
        #expect(code(array(shape: [0x91, 0xC0])) == .corrupt)
        let most: [UInt8] = [0xCF, 0x7F] + [UInt8](repeating: 0xFF, count: 7)
        #expect(code(array(shape: [0x92] + most + most)) == .limitExceeded)
        #expect(code(array(shape: [0x92] + most + [0])) == .corrupt)
        #expect(
            code(array(shape: [0xDC, 0, 100] + [UInt8](repeating: 1, count: 100)))
                == .limitExceeded)
        #expect(code(array(dtype: "int4")) == .unsupportedFeature)
        #expect(code(array(dtype: "object")) == .unsupportedFeature)
        #expect(code(array(values: [0xC4, 3, 7, 8])) == .truncated)
        #expect(code(array(values: [0xC0])) == .corrupt)
        #expect(code(array() + [0]) == .corrupt)
        #expect(code([]) == .truncated)
        // Extensions of others are passed over.
        #expect(error(map(extended([1, 2], type: 9))) == nil)
    }

    @Test("arrays in pieces are as Flax describes them") func pieces() {
        let head = [UInt8]([0x83, 0xB9]) + Array("__msgpack_chunked_array__".utf8) + [0xC3]
        func file(_ shape: [UInt8], _ chunks: [UInt8]) -> [UInt8] {
            map(
                head + [0xA5] + Array("shape".utf8) + shape + [0xA6] + Array("chunks".utf8) + chunks
            )
        }
        let shape: [UInt8] = [0x81, 0xA1, 0x30, 4]
        let piece = extended(array())
        let two = [0x82, 0xA1, 0x30] + piece + [0xA1, 0x31] + piece
        #expect(error(file(shape, two)) == nil)
        #expect(error(file([0x81, 0xA1, 0x30, 5], two))?.code == .corrupt)
        #expect(error(file(shape, [0x80]))?.code == .corrupt)
        #expect(
            error(file(shape, [0x82, 0xA1, 0x31] + piece + [0xA1, 0x30] + piece))?.code == .corrupt)
        #expect(error(file([0x90], two))?.code == .corrupt)
        let other = extended(array(dtype: "int8"))
        #expect(
            error(file(shape, [0x82, 0xA1, 0x30] + piece + [0xA1, 0x31] + other))?.code == .corrupt)
    }
}

import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import Testing

@Suite("Files that h5py wrote") struct HDF5FixtureTests {
    private func open(
        _ name: String, _ selection: ReadingSelection = .everything
    ) throws -> any CheckpointReader {
        try HDF5Format(selection: selection).open(
            Fixtures.source("hdf5/" + name), limits: .standard)
    }

    @Test(
        "all data sets of a file have their paths, dtypes, shapes and values",
        arguments: [
            (
                "dtypes.h5",
                "V1 bits8 [3], V16 bits128 [3], V2 bits16 [3], V4 bits32 [3], V8 bits64 [3], "
                    + "bf16 bf16 [3], bool bool [5], c16 c128 [3], c8 c64 [3], enum u8 [3], "
                    + "f2 f16 [3], f4 f32 [3], f8 f64 [3], i1 i8 [3], i2 i16 [3], i4 i32 [3], "
                    + "i8 i64 [3], u1 u8 [3], u2 u16 [3], u4 u32 [3], u8 u64 [3]"
            ),
            (
                "big-endian.h5",
                "c8 c64 [3], f2 f16 [3], f4 f32 [3], f8 f64 [3], i2 i16 [3], u4 u32 [3]"
            ),
            ("new-groups.h5", "few/x f32 [2, 3], tied/x f32 [2, 3]"),
            ("user-block.h5", "a i32 [2]"), ("compact.h5", "plain i32 [3]"),
            (
                "chunks.h5",
                "all f32 [5, 7], deflate f32 [5, 7], fletcher32 f32 [5, 7], plain f32 [5, 7], "
                    + "shuffle f32 [5, 7]"
            ),
            ("chunks-single.h5", "all f32 [5, 7], plain f32 [5, 7]"),
            ("chunks-fixed.h5", "all f32 [5, 7], plain f32 [5, 7]"),
            ("chunks-extensible.h5", "all f32 [5, 7], plain f32 [5, 7]"),
            ("chunks-extensible-1.h5", "all f32 [5, 7], plain f32 [5, 7]"),
            ("chunks-tree.h5", "all f32 [5, 7], plain f32 [5, 7]"),
            ("chunks-implicit.h5", "plain i32 [10]"),
        ])
    func values(name: String, expected: String) throws {
        let reader = try open(name)
        let variables = reader.manifest.variables
        let found = variables.map { "\($0.name) \($0.tensor.dtype.rawValue) \($0.tensor.shape)" }
        #expect(found.joined(separator: ", ") == expected)
        for (index, variable) in variables.enumerated() {
            #expect(try reader.read(index).array == Fixtures.pattern(variable.tensor))
        }
    }

    @Test(
        "a part of a data set in chunks is that part", arguments: ["chunks.h5", "chunks-tree.h5"])
    func ranges(name: String) throws {
        let reader = try open(name)
        for (index, variable) in reader.manifest.variables.enumerated() {
            let whole = Fixtures.pattern(variable.tensor)
            for start in stride(from: 0, to: whole.count, by: 9) {
                for end in stride(from: start, through: whole.count, by: 13) {
                    let part = try reader.read(index, bytes: start..<end)
                    #expect(part.copy(of: 0..<part.byteCount) == Array(whole[start..<end]))
                }
            }
        }
    }

    @Test("old groups and groups of many links are the same") func groups() throws {
        let old = try open("old-groups.h5").manifest.variables
        #expect(old.count == 12)
        #expect(old.map(\.name.string).contains("größe"))
        let dense = try open("dense.h5").manifest.variables
        #expect(dense.map(\.name.string) == (0..<20).map { "m\($0)" }.sorted())
    }

    @Test("several links to one data set are ties") func ties() throws {
        let old = try open("old-groups.h5").manifest
        #expect(try old[VariableName("b/tie")]?.tiedTo == VariableName("a/member 3"))
        let new = try open("new-groups.h5").manifest
        #expect(try new[VariableName("tied/x")]?.tiedTo == VariableName("few/x"))
    }

    @Test("what was never written has the value that stands for it") func fill() throws {
        let reader = try open("unwritten.h5")
        #expect(
            try reader.read(0).array == [
                0, 0, 0xC0, 0x3F, 0, 0, 0xC0, 0x3F, 0, 0, 0xC0, 0x3F, 0, 0, 0xC0, 0x3F,
            ])
        #expect(try reader.read(1).array == [0xFE, 0xFF, 0xFE, 0xFF, 0xFE, 0xFF])
        #expect(reader.storage(0).storedByteCount == 0)
    }

    @Test(
        "attributes become metadata, in headers and in heaps",
        arguments: ["attributes.h5", "dense-attributes.h5"])
    func attributes(name: String) throws {
        let reader = try open(name)
        #expect(
            reader.manifest.metadata == [
                "text": .string("größe"), "fixed": .string("abc"), "int": .i64(-3),
                "float": .f64(2.5), "flag": .bool(true), "unsigned": .u64(.max),
                "list": .list([.i64(1), .i64(2)]),
                "words": .list([.string("x"), .string("yy")]), "half": .f64(1.5),
                "title": .string("a word"),
            ])
        #expect(reader.manifest.variables.map(\.metadata) == [["unit": .string("m")]])
        #expect(reader.losses.isEmpty)
        // Of the matrix, and the data set without a shape.
        #expect(reader.notes.count == 1)
    }

    @Test(
        "what cannot be read is refused by name, or left out when that is asked for",
        arguments: [
            ("compound", "compound"), ("soft-link", "soft link"),
            ("external-link", "external link"), ("virtual", "virtual"), ("lzf", "lzf"),
            ("scaleoffset", "scaleoffset"), ("committed", "committed"),
            ("sequences", "variable length"), ("array", "arrays"), ("reference", "references"),
            ("long-double", "floating-point numbers of 80 bits"),
            ("external-values", "another file"),
        ])
    func refused(name: String, words: String) throws {
        let bytes = try Fixtures.bytes("hdf5/refused-\(name).h5")
        let error = formatError { () throws(FormatError) in
            try HDF5Format().open(MemorySource(bytes), limits: .standard)
        }
        #expect(error?.code == .unsupportedFeature)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        #expect(error?.variable == "w")
    }

    @Test("a group that leads back to itself is refused by name") func loop() throws {
        let bytes = try Fixtures.bytes("hdf5/refused-loop.h5")
        let error = formatError { () throws(FormatError) in
            try HDF5Format().open(MemorySource(bytes), limits: .standard)
        }
        #expect(error?.code == .unsupportedFeature)
        #expect(error?.variable == "w/again")
    }

    @Test("only what is selected has to be readable") func selection() throws {
        var selection = ReadingSelection()
        selection.patterns = [GlobPattern("bf*")]
        let reader = try open("dtypes.h5", selection)
        #expect(reader.manifest.variables.map(\.name.string) == ["bf16"])
    }
}

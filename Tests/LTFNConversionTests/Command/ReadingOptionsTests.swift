import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import LTFNInterchange
import TestSupport
import Testing

@Suite("ltfn-convert reads what is asked for") struct ReadingOptionsTests {
    typealias Member = ZipBuilder.Member

    private let directory = TemporaryFolder()

    private func run(_ arguments: String...) -> Outcome {
        Programs.run(Programs.product("ltfn-convert"), arguments)
    }

    private func names(_ file: String) throws -> [String] {
        try NativeFormat().open(MemorySource(directory.get(file) ?? []), limits: .standard)
            .manifest.variables.map(\.name.string)
    }

    private func mixedArchive() throws -> String {
        let array = try Fixtures.bytes("numpy/float32.npy")
        directory.put(
            ZipBuilder([
                Member("w.npy", array), Member("notes.txt", Array("a\u{1B}[31m".utf8)),
                Member("b\u{1B}[31m.txt", [1]), Member(".DS_Store", [1]), Member("b.npy", array),
            ]).bytes, "mixed.npz")
        return directory.path("mixed.npz")
    }

    @Test("text beside the weights is told of, and left out by either option") func unreadable()
        throws
    {
        let (input, output) = (try mixedArchive(), directory.path("out.ltfn"))
        let refused = run(input, "-o", output)
        #expect(refused.status == 69)
        #expect(refused.errors.contains("2 members cannot be read"))
        #expect(refused.errors.contains("\"notes.txt\""))
        #expect(!refused.errors.contains("\u{1B}"))
        let skipped = run(input, "-o", output, "--skip-unreadable")
        #expect(skipped.status == 0)
        #expect(skipped.errors.contains("\"notes.txt\" and 1 more part are left out"))
        #expect(skipped.errors.contains(".DS_Store"))
        #expect(!skipped.errors.contains("\u{1B}"))
        #expect(try names("out.ltfn") == ["b", "w"])
        #expect(run(input, "-fo", output, "--variable", "w").status == 0)
        #expect(try names("out.ltfn") == ["w"])
        let json = run(input, "-n", "-o", output, "--skip-unreadable", "--json", "-f")
        #expect(json.output.contains("\"member\""))
        #expect(run(input, "-fo", output, "--allow-loss", "member").status == 64)
    }

    @Test("--variable takes a part of any format, and what needs the rest is a loss") func part()
        throws
    {
        let specimen = try Specimen(
            "tied", [variable("a"), variable("b", tiedTo: "a"), variable("c", tiedTo: "a")])
        let sink = MemorySink()
        try NativeFormat().write(specimen.checkpoint, to: sink)
        directory.put(sink.bytes, "tied.ltfn")
        let output = directory.path("out.ltfn")
        let arguments = ["--variable", "b", "--variable", "c*"]
        let outcome = Programs.run(
            Programs.product("ltfn-convert"),
            [directory.path("tied.ltfn"), "-o", output] + arguments)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let found = try NativeFormat().open(
            MemorySource(directory.get("out.ltfn") ?? []), limits: .standard)
        #expect(found.manifest.variables.map(\.tiedTo?.string) == [nil, "b"])
        #expect(try found.read(0).array == specimen.checkpoint.tensors[0].array)
        let none = run(directory.path("tied.ltfn"), "-fo", output, "--variable", "x")
        #expect(none.status == 64)
        #expect(none.errors.contains("\"x\""))
    }

    @Test("--duplicates last and --index choose, and are refused where nothing is to be chosen")
    func choices() throws {
        let array = try Fixtures.bytes("numpy/float32.npy")
        directory.put(
            ZipBuilder([Member("w.npy", array), Member("w.npy", array)]).bytes, "twice.npz")
        directory.put(array + array, "two.npy")
        let (twice, two) = (directory.path("twice.npz"), directory.path("two.npy"))
        let output = directory.path("out.ltfn")
        #expect(run(twice, "-o", output).status == 65)
        #expect(run(twice, "-o", output, "--duplicates", "last").status == 0)
        #expect(run(twice, "-fo", output, "--duplicates", "first").status == 64)
        #expect(run(two, "-fo", output).errors.contains("--index 0 to 1"))
        #expect(run(two, "-fo", output, "--index", "1").status == 0)
        #expect(run(two, "-fo", output, "--index", "2").status == 65)
        #expect(run(two, "-fo", output, "--index=-1").status == 64)
        #expect(run(twice, "-fo", output, "--duplicates", "last", "--index", "0").status == 64)
    }

    @Test("--variable takes a part of safetensors with a record of all, too") func partOfRecord()
        throws
    {
        let specimen = try Specimen(
            "recorded",
            ["a", "b"].map { try variable($0, initializer: InitializerSpec(recipe: .zeros)) })
        let sink = MemorySink()
        try SafetensorsFormat().write(specimen.checkpoint, to: sink)
        directory.put(sink.bytes, "recorded.safetensors")
        let output = directory.path("out.ltfn")
        let outcome = run(
            directory.path("recorded.safetensors"), "-o", output, "--variable", "b")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try names("out.ltfn") == ["b"])
    }

    @Test("of members that have one name the one is taken that NumPy takes") func exactMember()
        throws
    {
        let (one, other) = (
            try Fixtures.bytes("numpy/float32.npy"), try Fixtures.bytes("numpy/scalar.npy")
        )
        for members in [
            [Member("w", one), Member("w.npy", other)], [Member("w.npy", other), Member("w", one)],
        ] {
            directory.put(ZipBuilder(members).bytes, "two.npz")
            let output = directory.path("out.npy")
            let outcome = run(
                directory.path("two.npz"), "-fo", output, "--duplicates", "last", "--allow-loss",
                "name")
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(directory.get("out.npy") == one)
        }
    }

    @Test("where nothing can be read there is nothing to skip to") func nothingLeft() throws {
        directory.put(ZipBuilder([Member("notes.txt", [1])]).bytes, "notes.npz")
        let outcome = run(
            directory.path("notes.npz"), "-o", directory.path("out.ltfn"), "--skip-unreadable")
        #expect(outcome.status == 69)
        #expect(outcome.errors.contains("Nothing is left"))
        #expect(directory.get("out.ltfn") == nil)
    }

    @Test("names that cannot be kept are a loss by name, and can be chosen") func renaming() throws
    {
        let header = "{\"\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}"
        var writer = ByteWriter()
        writer.u64(UInt64(header.utf8.count))
        writer.string(header)
        writer.u8(7)
        directory.put(writer.bytes, "nameless.safetensors")
        let (input, output) = (directory.path("nameless.safetensors"), directory.path("out.ltfn"))
        let refused = run(input, "-o", output)
        #expect(refused.status == 64)
        #expect(refused.errors.contains("--allow-loss name"))
        #expect(run(input, "-o", output, "--allow-loss", "name").status == 0)
        #expect(try names("out.ltfn") == ["unnamed"])
        let chosen = run(
            input, "-fo", output, "--allow-loss", "name", "--variable", "unnamed")
        #expect(chosen.status == 0, "\(chosen.errors)")
    }

    @Test("opaque bytes get the hint that ml_dtypes' floats need") func opaque() throws {
        let specimen = try Specimen("f8", [variable("w", .f8e4m3fn)])
        let sink = MemorySink()
        try NativeFormat().write(specimen.checkpoint, to: sink)
        directory.put(sink.bytes, "a.ltfn")
        let middle = directory.path("b.npz")
        #expect(run(directory.path("a.ltfn"), "-o", middle, "--allow-loss", "dtype").status == 0)
        let untold = run(middle, "-n", "-o", directory.path("c.ltfn"))
        #expect(untold.errors.contains("--retype bits8=f8e4m3fn"))
        let told = run(middle, "-o", directory.path("c.ltfn"), "--retype", "bits8=f8e4m3fn")
        #expect(told.status == 0 && told.errors == "")
        #expect(directory.get("c.ltfn") == directory.get("a.ltfn"))
    }
}

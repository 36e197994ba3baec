import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import TestSupport
import Testing

@Suite("Tables of ltfn-inspect show")
struct ShowTableTests {
    private func show(_ arguments: String..., in folder: TemporaryFolder) -> Outcome {
        Programs.run("ltfn-inspect", ["model.ltfn"] + arguments, in: folder)
    }

    @Test("comma-separated values and Markdown go to standard output alone")
    func forms() throws {
        let folder = try TinyModel.folder()
        let csv = show("--csv", "--no-stats", in: folder)
        #expect(csv.status == 0 && csv.errors.isEmpty)
        #expect(csv.lines.first == "name,dtype,shape,values,bytes,stored,initializer")
        let all = show("--csv", "--details", in: folder)
        #expect(
            all.lines.first?.hasSuffix("skew,kurtosis,subnormal,p0.1,p1,p5,median,p95,p99,p99.9")
                == true)
        let commas = all.lines.map { line in
            line.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
                .reduce(0) { $0 + ($1.offset % 2 == 0 ? $1.element.count { $0 == "," } : 0) }
        }
        #expect(Set(commas) == [27])
        let markdown = show("--markdown", "--columns", "name,values", in: folder)
        #expect(markdown.output.hasPrefix("| variable | values |\n| --- | ---: |\n| "))
    }

    @Test("a table is sorted, and told what it is of")
    func sorted() throws {
        let folder = try TinyModel.folder()
        let large = show("--sort", "values", "--columns", "values", in: folder)
        #expect(large.status == 0, "\(large)")
        let counts = large.lines.suffix(2).compactMap { line in
            line.split(separator: " ").last.flatMap { Int($0.replacing(",", with: "")) }
        }
        #expect(counts.count == 2 && counts[0] > counts[1], "\(large.output)")
        let small = show("--sort", "values", "--reverse", "--columns", "values", in: folder)
        #expect(small.lines.suffix(2) == large.lines.suffix(2).reversed())
        #expect(show("--tree", in: folder).output.contains("share"))
    }

    @Test(
        "options that do not go together end with one sentence, and 64",
        arguments: [
            (["--csv", "--markdown"], "exclude each other"),
            (["--tree", "--sort", "name"], "--tree is text"),
            (["--tree", "--csv"], "--tree is text"),
            (["--reverse"], "goes with --sort"), (["--details", "--no-stats"], "does not read"),
            (["--columns", "std", "--no-stats"], "needs a look at the values"),
            (["--sort", "moved", "--no-stats"], "needs a look at the values"),
            (["--columns", "meen"], "did you mean mean?"), (["--columns", ""], "names of columns"),
            (["--columns", "std,std"], "each once"), (["--csv", "--json"], "--json=FILE"),
        ])
    func refused(arguments: [String], sentence: String) throws {
        let folder = try TinyModel.folder()
        let outcome = Programs.run("ltfn-inspect", ["model.ltfn"] + arguments, in: folder)
        #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.errors.contains(sentence), "\(outcome.errors)")
    }

    @Test("the document beside a table is that of the whole")
    func document() throws {
        let folder = try TinyModel.folder()
        let run = show("--columns", "values", "--json=x.json", in: folder)
        #expect(run.status == 0)
        let document = try JSONReader.read(folder.read("x.json"))
        guard case .array(let variables)? = document["variables"] else {
            Issue.record("There are no variables.")
            return
        }
        #expect(variables.allSatisfy { $0["statistics"]?["mean"] != nil })
        let details = show("--details", "--json", in: folder)
        #expect(details.output.contains("\"percentiles\": {"))
    }

    @Test("metadata are shown: the first few and a part of each, or all")
    func metadata() throws {
        let folder = TemporaryFolder()
        let values = try TensorData(shape: [1], floats: [1])
        let info = try VariableInfo(name: VariableName("w"), tensor: values.info)
        var metadata: Metadata = ["a": .map(["long": .string(String(repeating: "x", count: 500))])]
        for number in 0..<9 { metadata["k\(number)"] = .string("\u{1B}[31m\(number)") }
        let sink = MemorySink()
        try NativeFormat().write(
            Checkpoint(
                manifest: Manifest(variables: [info], metadata: metadata), tensors: [values]),
            to: sink)
        try folder.write(sink.bytes, "model.ltfn")
        let few = show("--no-stats", in: folder)
        #expect(few.output.contains("and 4 more metadata"), "\(few.output)")
        #expect(few.output.contains(#"\u{1B}[31m0"#) && !few.output.contains("\u{1B}"))
        #expect(few.lines.allSatisfy { $0.count <= 100 })
        let all = show("--no-stats", "--metadata", in: folder)
        #expect(all.output.contains("a.long: " + String(repeating: "x", count: 500)))
        #expect(all.output.contains(#"k8: \u{1B}[31m8"#) && !all.output.contains("more metadata"))
        let some = show("--no-stats", "--variable", "w", in: folder)
        #expect(!some.output.contains("k0"))
    }
}

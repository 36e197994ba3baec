import Foundation
import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import TestSupport
import Testing

@Suite("Base files, with the programs") struct BaseFileTests {
    private let directory = TemporaryFolder()

    /// Runs a program of this build in the folder.
    private func run(_ line: String) throws -> Outcome {
        let build = URL(fileURLWithPath: Programs.product("ltfn-convert"))
            .deletingLastPathComponent().path
        return Programs.run(
            "/bin/sh", ["-c", "cd '\(directory.path(""))' && PATH='\(build)':$PATH && \(line)"])
    }

    private func digest(_ name: String) throws -> String {
        let source = MemorySource(try #require(directory.get(name)))
        return try NativeReader(source).contentDigest.description
    }

    /// `0.ltfn`, `1.ltfn` and `2.ltfn`, each a little further than the one before in `w`; `fixed`
    /// stays what it was.
    private func makeFiles() throws {
        var random = Random(seed: 5)
        var values = (0..<30_000).map { _ in Float(Int32(truncatingIfNeeded: random.next())) }
        let fixed = try TensorData(shape: [20_000], floats: values.suffix(20_000))
        for number in 0..<3 {
            let tensor = try TensorData(shape: [300, 100], floats: values)
            let checkpoint = try Checkpoint(
                manifest: Manifest(variables: [
                    VariableInfo(name: VariableName("fixed"), tensor: fixed.info),
                    VariableInfo(name: VariableName("w"), tensor: tensor.info),
                ]), tensors: [fixed, tensor])
            let sink = MemorySink()
            try NativeFormat().write(checkpoint, to: sink)
            directory.put(sink.bytes, "\(number).ltfn")
            for index in values.indices { values[index] *= 1 + Float(index % 7) * 1e-6 }
        }
    }

    @Test("only the difference is stored, and the whole comes back (LTFN-C9)")
    func difference() throws {
        try makeFiles()
        let stored = try run("ltfn-convert 1.ltfn -o d.ltfn --relative-to 0.ltfn")
        #expect(stored.status == 0 && stored.errors == "", "\(stored.errors)")
        #expect(stored.output.contains("bit for bit"))
        let counts = ["1.ltfn", "d.ltfn"].map { directory.get($0)?.count ?? 0 }
        #expect(counts[1] * 4 < counts[0], "\(counts)")

        #expect(try run("ltfn-inspect verify d.ltfn --base 0.ltfn").status == 0)
        #expect(try run("ltfn-inspect d.ltfn --base 2.ltfn --base 0.ltfn").status == 0)
        let whole = try run("ltfn-convert d.ltfn --base 0.ltfn -o w.ltfn")
        #expect(whole.status == 0, "\(whole.errors)")
        #expect(directory.get("w.ltfn") == directory.get("1.ltfn"))
    }

    @Test("the inspector says what a file is known by, and which bases it needs (LTFN-X5)")
    func digests() throws {
        try makeFiles()
        #expect(try run("ltfn-convert 1.ltfn -o d.ltfn --relative-to 0.ltfn").status == 0)
        let text = try run("ltfn-inspect d.ltfn --no-stats")
        #expect(text.status == 0, "\(text.errors)")
        #expect(text.output.contains("  digest       \(try digest("1.ltfn"))\n"))
        #expect(text.output.contains("  relative to  \(try digest("0.ltfn"))\n"))
        let document = try JSONReader.read(
            Array(try run("ltfn-inspect d.ltfn --no-stats --json").output.utf8))
        #expect(document["content_digest"] == .string(try digest("d.ltfn")))
        #expect(document["bases"] == .array([.string(try digest("0.ltfn"))]))
    }

    @Test("damage in a base is said of the base, not of the file that needs it")
    func damagedBase() throws {
        try makeFiles()
        #expect(try run("ltfn-convert 1.ltfn -o d.ltfn --relative-to 0.ltfn").status == 0)
        var bytes = try #require(directory.get("0.ltfn"))
        bytes[bytes.count / 3] ^= 1
        directory.put(bytes, "0.ltfn")
        for line in ["ltfn-convert d.ltfn -o x.npz", "ltfn-inspect verify d.ltfn"] {
            let result = try run("\(line) --base 0.ltfn")
            #expect(result.status == 65)
            let text = (result.output + result.errors).replacing(": ltfn: ", with: ": ")
            #expect(text.contains("0.ltfn: "), "\(text)")
            #expect(text.contains("The checksum of chunk"), "\(text)")
        }
    }

    @Test("standard output that is the input, or a link to another output, is refused")
    func ownInput() throws {
        try makeFiles()
        let before = directory.get("0.ltfn")
        let appended = try run("ltfn-convert 0.ltfn -o - --to ltfn >> 0.ltfn")
        #expect(appended.status == 64, "\(appended.errors)")
        #expect(directory.get("0.ltfn") == before)
        let linked = try run(
            "ln -s out.safetensors link; ltfn-convert 0.ltfn -o out.safetensors --json=link")
        #expect(linked.status == 64, "\(linked.errors)")
        #expect(directory.get("out.safetensors") == nil)
    }

    @Test("a base that is missing is named by its digest, a wrong one by its path")
    func missing() throws {
        try makeFiles()
        #expect(try run("ltfn-convert 1.ltfn -o d.ltfn --relative-to 0.ltfn").status == 0)
        for line in [
            "ltfn-inspect d.ltfn", "ltfn-inspect verify d.ltfn", "ltfn-eval d.ltfn images.idx",
            "ltfn-inspect activations d.ltfn images.idx", "ltfn-convert d.ltfn -o x.npz",
            "ltfn-train -o x.ltfn --resume d.ltfn --synthetic",
        ] {
            let alone = try run(line)
            #expect(alone.status == 66, "\(line): \(alone.errors)")
            #expect(alone.errors.contains(try digest("0.ltfn")), "\(line): \(alone.errors)")
        }
        let alone = try run("ltfn-convert d.ltfn -o x.npz")
        #expect(alone.errors.contains(try digest("0.ltfn")))
        #expect(alone.errors.contains("--base"))
        let wrong = try run("ltfn-inspect verify d.ltfn --base 2.ltfn")
        #expect(wrong.status == 66)
        #expect(wrong.errors.contains("2.ltfn has the content digest \(try digest("2.ltfn"))"))
        let twice = try run("ltfn-inspect verify d.ltfn --base 2.ltfn --base 2.ltfn")
        #expect(twice.errors == wrong.errors)
        #expect(try run("ltfn-inspect d.ltfn --no-stats").status == 0)
        #expect(try run("ltfn-inspect d.ltfn --base none.ltfn").status == 66)
        directory.put([1, 2, 3], "bad.ltfn")
        let bad = try run("ltfn-inspect d.ltfn --base bad.ltfn")
        #expect(bad.status == 65)
        #expect(bad.errors.contains("bad.ltfn"))
    }

    @Test("a base may have a base, given in any order (LTFN-C10)") func chain() throws {
        try makeFiles()
        #expect(try run("ltfn-convert 1.ltfn -o d1.ltfn --relative-to 0.ltfn").status == 0)
        let line = "ltfn-convert 2.ltfn -o d2.ltfn --relative-to d1.ltfn"
        #expect(try run(line).status == 66)
        #expect(try run(line + " --base 0.ltfn").status == 0)
        let half = try run("ltfn-inspect verify d2.ltfn --base d1.ltfn")
        #expect(half.status == 66)
        #expect(half.errors.contains(try digest("0.ltfn")))
        for order in ["--base d1.ltfn --base 0.ltfn", "--base 0.ltfn --base d1.ltfn"] {
            #expect(try run("ltfn-convert d2.ltfn \(order) -fo whole.ltfn").status == 0)
            #expect(directory.get("whole.ltfn") == directory.get("2.ltfn"))
        }
        // The content counts: the whole file may stand for the one that holds a difference.
        #expect(try run("ltfn-inspect verify d2.ltfn --base 1.ltfn").status == 0)
    }

    @Test("bases in a circle are refused, and end (LTFN-C10)") func circle() throws {
        try makeFiles()
        #expect(try run("ltfn-convert 1.ltfn -o a.ltfn --relative-to 0.ltfn").status == 0)
        #expect(try run("ltfn-convert 0.ltfn -o b.ltfn --relative-to 1.ltfn").status == 0)
        let circle = try run("ltfn-inspect verify a.ltfn --base a.ltfn --base b.ltfn")
        #expect(circle.status == 65)
        #expect(circle.errors.contains("circle"))
        // With one of them whole there is no circle.
        let good = "ltfn-inspect verify a.ltfn --base a.ltfn --base b.ltfn --base 0.ltfn"
        #expect(try run(good).status == 0)
    }

    @Test("values that a small file has from its base are not too many (LTFN-D8)")
    func budget() throws {
        var random = Random(seed: 9)
        var bytes = AlignedBytes(byteCount: 3 << 20)
        bytes.replaceBytes(at: 0, with: random.bytes(3 << 20))
        let tensor = try TensorData(
            info: TensorInfo(dtype: .u8, shape: TensorShape([3 << 20])), bytes: bytes)
        let checkpoint = try Checkpoint(
            manifest: Manifest(variables: [
                VariableInfo(name: VariableName("w"), tensor: tensor.info)
            ]), tensors: [tensor])
        let sink = MemorySink()
        try NativeFormat().write(checkpoint, to: sink)
        directory.put(sink.bytes, "base.ltfn")
        #expect(try run("ltfn-convert base.ltfn -o d.ltfn --relative-to base.ltfn").status == 0)
        #expect((directory.get("d.ltfn")?.count ?? 0) < 400)
        let line = "d.ltfn --base base.ltfn --max-expanded 1M"
        #expect(try run("ltfn-inspect verify " + line).status == 0)
        #expect(try run("ltfn-convert -o out.npz " + line).status == 0)
        let shown = try run("ltfn-inspect " + line)
        #expect(shown.output.contains("mean"))
    }

    @Test("the command line is checked") func usage() throws {
        try makeFiles()
        for line in [
            "ltfn-convert 1.ltfn -o d.npz --relative-to 0.ltfn",
            "ltfn-convert 1.ltfn -o 0.ltfn -f --relative-to ./0.ltfn",
            "ltfn-convert 1.ltfn -o 0.ltfn -f --base ./0.ltfn",
            "ltfn-convert 1.ltfn -o d.ltfn --relative-to ''",
            "ltfn-inspect 1.ltfn --base ''", "ltfn-train -o x.ltfn --base 0.ltfn",
        ] {
            #expect(try run(line).status == 64, "\(line)")
        }
        #expect(directory.names == ["0.ltfn", "1.ltfn", "2.ltfn"])
        let noted = try run("ltfn-convert 1.ltfn -o d.ltfn --relative-to 0.ltfn --retype f32=f32")
        #expect(noted.status == 64)
        let specimen = try Specimen("other", [variable("w"), variable("v")])
        let sink = MemorySink()
        try NativeFormat().write(specimen.checkpoint, to: sink)
        directory.put(sink.bytes, "other.ltfn")
        let strange = try run("ltfn-convert other.ltfn -o d.ltfn --relative-to 0.ltfn")
        #expect(strange.status == 0)
        #expect(strange.errors.contains("2 of 2 variables, \"v\" first, are not in 0.ltfn"))
        #expect(try run("ltfn-inspect verify d.ltfn").status == 0)
    }

    @Test(
        "the second reader reads what was stored relative to a base (LTFN-C9)",
        .enabled(if: Programs.python != nil, "LTFN_PYTHON is not set"))
    func secondReader() throws {
        try makeFiles()
        #expect(try run("ltfn-convert 1.ltfn -o d1.ltfn --relative-to 0.ltfn").status == 0)
        #expect(
            try run("ltfn-convert 2.ltfn -o d2.ltfn --relative-to d1.ltfn --base 0.ltfn").status
                == 0)
        let reader = Fixtures.directory.deletingLastPathComponent()
            .appendingPathComponent("tools/ltfn_decode.py").path
        let python = try #require(Programs.python)
        let bases = "--base 0.ltfn --base d1.ltfn"
        #expect(
            try run("'\(python)' '\(reader)' d2.ltfn \(bases) --check --values a").status == 0)
        #expect(try run("'\(python)' '\(reader)' 2.ltfn --check --values b").status == 0)
        #expect(try run("diff -r a b && ls a | wc -l").output.contains("2"))
        let alone = try run("'\(python)' '\(reader)' d2.ltfn --check")
        #expect(alone.status == 65)
        #expect(alone.errors.contains(try digest("d1.ltfn")))
    }
}

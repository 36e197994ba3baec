import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNConversion
import LTFNFormat
import LTFNFormats
import LTFNInterchange
import TestSupport
import Testing

@Suite("ltfn-convert") struct ConvertCommandTests {
    private let directory = TemporaryFolder()

    private func run(_ arguments: String...) throws -> Outcome {
        Programs.run(Programs.product("ltfn-convert"), arguments)
    }

    private func fixture(_ name: String) -> String {
        Fixtures.directory.appendingPathComponent(name).path
    }

    /// A native file with an initializer, metadata and a tie.
    private func richFile() throws -> String {
        let specimen = try Specimen(
            "rich", metadata: ["steps": .i64(5)],
            [
                variable("a", initializer: InitializerSpec(recipe: .heNormal)), variable("b"),
                variable("c", tiedTo: "b"),
            ])
        let sink = MemorySink()
        try NativeFormat().write(specimen.checkpoint, to: sink)
        directory.put(sink.bytes, "rich.ltfn")
        return directory.path("rich.ltfn")
    }

    @Test("there and back is the same file") func thereAndBack() throws {
        let (there, back) = (directory.path("a.ltfn"), directory.path("b.safetensors"))
        let first = try run(fixture("safetensors/dtypes.safetensors"), "-o", there)
        #expect(first.status == 0)
        #expect(first.errors == "")
        #expect(first.output.contains("bit for bit"))
        #expect(try run(there, "--output", back, "--align", "8").status == 0)
        #expect(
            directory.get("b.safetensors") == (try Fixtures.bytes("safetensors/dtypes.safetensors"))
        )
        #expect(directory.names == ["a.ltfn", "b.safetensors"])
    }

    @Test(
        "values that are not those of the file's digest are refused, not given a new one",
        arguments: ["LTFN-V13-digest", "LTFN-N7-digest"])
    func damaged(vector: String) throws {
        let text = try String(
            contentsOf: Fixtures.directory.deletingLastPathComponent().appendingPathComponent(
                "Spec/vectors/invalid/\(vector).hex"), encoding: .utf8)
        let digits = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.joined()
            .split(separator: " ").joined()
        let bytes = stride(from: 0, to: digits.utf8.count, by: 2).compactMap {
            UInt8(digits.dropFirst($0).prefix(2), radix: 16)
        }
        directory.put(bytes, "bad.ltfn")
        let outcome = try run(directory.path("bad.ltfn"), "-o", directory.path("good.ltfn"))
        #expect(outcome.status == 65)
        #expect(outcome.errors.contains("have the digest"))
        #expect(directory.names == ["bad.ltfn"])
    }

    @Test("initial values that do not have the record's digest are refused (LTFN-I10)")
    func falseClaim() throws {
        let claim = InitializerSpec(
            recipe: .uniform(low: -1, high: 1), seed: 3, stream: 4,
            evidence: .reproducible(
                algorithmVersion: 1, digest: SHA256Digest(bytes: [UInt8](repeating: 7, count: 32))!)
        )
        let specimen = try Specimen(
            "claim", [variable("fine"), variable("false", initializer: claim)])
        for (format, name) in [
            (NativeFormat(), "in.ltfn"), (SafetensorsFormat(), "in.safetensors"),
        ] as [(any CheckpointFormat, String)] {
            let sink = MemorySink()
            try format.write(specimen.checkpoint, to: sink)
            directory.put(sink.bytes, name)
            for output in ["out.ltfn", "out.safetensors"] {
                let outcome = try run(directory.path(name), "-o", directory.path(output))
                #expect(outcome.status == 65)
                #expect(outcome.errors.contains(": \"false\": "), "\(outcome.errors)")
                #expect(outcome.errors.contains("The initial values"))
            }
            // What is not carried on need not be true.
            let bare = directory.path("out.npz")
            #expect(
                try run(directory.path(name), "-fo", bare, "--allow-loss", "all").status == 0)
        }
        #expect(directory.names == ["in.ltfn", "in.safetensors", "out.npz"])
    }

    @Test("losses are refused by name, allowed by name, and told of") func losses() throws {
        let input = try richFile()
        let output = directory.path("out.npz")
        let refused = try run(input, "-o", output)
        #expect(refused.status == 64)
        #expect(refused.output == "")
        #expect(
            refused.errors.hasSuffix(
                "Allow all of this with --allow-loss tie,initializer,metadata.\n"))
        #expect(try run(input, "-o", output, "--allow-loss", "tie,initializer").status == 64)
        #expect(directory.names == ["rich.ltfn"])
        let allowed = try run(input, "-o", output, "--allow-loss", "tie,initializer,metadata")
        #expect(allowed.status == 0)
        #expect(allowed.errors.contains("warning: \"a\" loses its initializer"))
        #expect(try run(input, "-o", output, "-f", "--allow-loss", "all").status == 0)
        let several = try run(
            input, "-fo", output, "--allow-loss", "tie, initializer", "--allow-loss", "metadata")
        #expect(several.status == 0)
        #expect(try run(input, "-o", output, "-f", "--allow-loss", "values").status == 64)
        #expect(try run(input, "-o", output, "-f", "--allow-loss", "").status == 64)
    }

    @Test("a dry run prints everything and does nothing") func dryRun() throws {
        let input = try richFile()
        let plan = try run(input, "-o", directory.path("out.npz"), "--dry-run")
        #expect(plan.status == 64)
        #expect(plan.errors == "")
        for word in [
            "(ltfn)", "(npz)", "Problems:", "[2, 3]", "initializer", "--allow-loss tie,",
        ] {
            #expect(plan.output.contains(word), "\(word)")
        }
        let good = try run(input, "-n", "-o", directory.path("out.ltfn"))
        #expect(good.status == 0)
        #expect(!good.output.contains("Problems:"))
        directory.put([1], "old.ltfn")
        let existing = try run(input, "-n", "-o", directory.path("old.ltfn"))
        #expect(existing.status == 0)
        #expect(existing.output.contains("old.ltfn exists: it is replaced only with --force."))
        #expect(!existing.output.contains("Problems:"))
        let replaced = try run(input, "-nf", "-o", directory.path("old.ltfn"), "--json")
        #expect(replaced.status == 0)
        #expect(try JSONReader.read(Array(replaced.output.utf8))["output"]?["exists"] == true)
        #expect(try run(input, "-n", "-o", directory.path("none/x.ltfn")).status == 73)
        #expect(directory.get("old.ltfn") == [1])
        #expect(directory.names == ["old.ltfn", "rich.ltfn"])
    }

    @Test("values that have no place are refused whatever is allowed") func values() throws {
        let result = try run(
            fixture("numpy/dtypes.npz"), "-o", directory.path("x.safetensors"), "--allow-loss",
            "all")
        #expect(result.status == 65)
        // All of them are named, not only the first.
        for name in ["V1", "V16", "V2", "V4", "V8", "c16"] {
            #expect(result.errors.contains("\"\(name)\""))
        }
        #expect(directory.names.isEmpty)
    }

    @Test("every kind of bad input gets its status and one sentence") func badInput() throws {
        func expect(
            _ status: Int32, _ word: String, _ input: String, _ output: String = "out.npz",
            line: Int = #line
        ) throws {
            let result = try run(input, "-o", directory.path(output))
            #expect(result.status == status, "line \(line): \(result.errors)")
            #expect(result.errors.contains(word), "line \(line): \(result.errors)")
            #expect(result.output == "")
        }
        directory.put([], "empty.npz")
        directory.put(Array("<!DOCTYPE html><p>Not found".utf8), "page.safetensors")
        directory.put([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "image.ltfn")
        directory.put(Array(try Fixtures.bytes("numpy/shapes.npz").dropLast()), "cut.npz")
        directory.put([1, 2, 3, 4], "strange.dat")
        try expect(65, "empty", directory.path("empty.npz"))
        try expect(65, "HTML", directory.path("page.safetensors"))
        try expect(65, "PNG", directory.path("image.ltfn"))
        try expect(65, "zip", directory.path("cut.npz"))
        try expect(65, "--list-formats", directory.path("strange.dat"))
        try expect(69, "pickle", fixture("numpy/refused-objects.npy"))
        try expect(66, "no such file", directory.path("none.npz"))
        try expect(66, "folder", directory.path(""))
        try expect(73, "there is no folder", fixture("numpy/shapes.npz"), "none/out.npz")
        try expect(64, "--to", fixture("numpy/shapes.npz"), "out.unknown")
        try expect(73, "--force", fixture("numpy/shapes.npz"), "cut.npz")
        #expect(directory.names.count == 5)
    }

    @Test("a pipe gets the same file in one pass") func pipe() throws {
        let specimen = try Specimen("large", [variable("w", .f32, [100_000])])
        let sink = MemorySink()
        try NativeFormat().write(specimen.checkpoint, to: sink)
        directory.put(sink.bytes, "in.ltfn")
        let program = Programs.product("ltfn-convert")
        for name in ["ltfn", "safetensors"] {
            #expect(
                try run(directory.path("in.ltfn"), "-o", directory.path("file.\(name)")).status == 0
            )
            let script = "'\(program)' in.ltfn -o /dev/stdout --to \(name) | cat > piped"
            let piped = Programs.run(
                "/bin/sh", ["-c", "cd '\(directory.path(""))' && \(script)"])
            #expect(piped.status == 0)
            #expect(directory.get("piped") == directory.get("file.\(name)"))
            let dashed = Programs.run(
                "/bin/sh",
                [
                    "-c",
                    "cd '\(directory.path(""))' && '\(program)' in.ltfn -o - --to \(name) > dashed",
                ])
            #expect(dashed.status == 0)
            #expect(dashed.errors.contains("cannot be read again"))
            #expect(directory.get("dashed") == directory.get("file.\(name)"))
        }
        #expect(!directory.names.contains("-"))
    }

    @Test("a tensor need not fit into memory, whatever the formats") func boundedMemory() throws {
        // Zeros that the disk does not store.
        let byteCount = 250_000_000
        let header = Array(
            "{\"w\":{\"dtype\":\"U8\",\"shape\":[\(byteCount)],\"data_offsets\":[0,\(byteCount)]}}"
                .utf8
        )
        var writer = ByteWriter()
        writer.u64(UInt64(header.count))
        writer.append(header)
        directory.put(writer.bytes, "a.safetensors")
        let file = FileHandle(forUpdatingAtPath: directory.path("a.safetensors"))
        try file?.truncate(atOffset: UInt64(writer.count + byteCount))
        let program = Programs.product("ltfn-convert")
        let steps = ["a.safetensors -o b.ltfn", "b.ltfn -o c.npz", "c.npz -o d.ltfn"].map {
            "'\(program)' \($0) --max-expanded 1G"
        }
        let script =
            (["cd '\(directory.path(""))'", "ulimit -v 250000"] + steps + ["cmp b.ltfn d.ltfn"])
            .joined(separator: " && ")
        let result = Programs.run("/bin/sh", ["-c", script])
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test("from .ltfn to .ltfn what earlier versions left behind is gone") func rewriting() throws {
        let input = try richFile()
        let before = try #require(directory.get("rich.ltfn"))
        try NativeFormat().append(
            .init(metadata: ["more": .u64(1)]), toFileAt: input
        ) { _ throws(FormatError) in throw FormatError(.corrupt, "nothing is added") }
        let after = try #require(directory.get("rich.ltfn"))
        #expect(after.starts(with: before))
        #expect(try run(input, "-o", directory.path("small.ltfn")).status == 0)
        let small = try #require(directory.get("small.ltfn"))
        #expect(small.count < after.count - 200)
        let digests = try [after, small].map { try NativeReader(MemorySource($0)).contentDigest }
        #expect(digests[0] == digests[1])

        // An addition that was interrupted.
        directory.put(Array(after.dropLast(64)), "cut.ltfn")
        directory.put(Array(after.dropLast(100)), "cut more.ltfn")
        let output = directory.path("whole.ltfn")
        let refused = try run(directory.path("cut.ltfn"), "-o", output)
        #expect(refused.status == 65)
        let all = try run(directory.path("cut.ltfn"), "-o", output, "--recover")
        #expect(all.status == 0 && all.errors.contains("byte \(after.count - 64): what"))
        #expect(all.errors.contains("in the 0 bytes after it"))
        #expect(directory.get("whole.ltfn") == small)
        let some = try run(directory.path("cut more.ltfn"), "-fo", output, "--recover")
        #expect(some.status == 0 && some.errors.contains("byte \(before.count - 64): what"))
        let left = after.count - 100 - before.count + 64
        #expect(some.errors.contains("in the \(left) bytes after it"))
        #expect(directory.get("whole.ltfn") == before)
        let foreign = try run(
            fixture("numpy/shapes.npz"), "-o", directory.path("x.ltfn"), "--recover")
        #expect(foreign.status == 69)
    }

    @Test("the command line is checked") func usage() throws {
        #expect(try run().status == 64)
        #expect(try run("a.npz").status == 64)
        #expect(try run("a.npz", "-o", "b.npz", "--to", "none").status == 64)
        for format in ["ltfn", "npz"] {
            #expect(try run("a.npz", "-o", "", "--to", format).status == 64)
        }
        #expect(try run("a.npz", "-o", "").status == 64)
        let nameless = try run("a.npz", "-o", "-")
        #expect(nameless.status == 64)
        #expect(nameless.errors.contains("--to"))
        #expect(try run("a.npz", "-o", "b.npz", "--from", "none").status == 64)
        #expect(try run("a.npz", "-o", "b.npz", "--frobnicate").status == 64)
        let help = try run("--help")
        #expect(help.status == 0)
        #expect(help.output.contains("EXAMPLES:"))
        #expect(try run("--version").output.contains("ltfn-convert"))
    }

    @Test("formats can be listed, named and forced") func formats() throws {
        let list = try run("--list-formats")
        #expect(list.status == 0)
        for format in FormatRegistry.standard.formats {
            #expect(list.output.contains(format.traits.name))
        }
        #expect(try run("--list-formats", "--json").output.contains("\"ltfn.convert.formats/1\""))
        let output = directory.path("data")
        #expect(
            try run(fixture("numpy/shapes.npz"), "-o", output, "--to", "safetensors").status == 0)
        #expect(try run(output, "--from", "npz", "-o", directory.path("x.ltfn")).status == 65)
        let misnamed = try run(output, "-o", directory.path("y.npz"), "--to", "ltfn")
        #expect(misnamed.status == 0)
        #expect(misnamed.errors.contains("warning:"))
    }

    @Test("bfloat16 goes through NumPy and comes back when it is told of") func bfloat16() throws {
        let specimen = try Specimen("bf16", [variable("w", .bf16)])
        let sink = MemorySink()
        try NativeFormat().write(specimen.checkpoint, to: sink)
        directory.put(sink.bytes, "a.ltfn")
        let (start, middle, end) = (
            directory.path("a.ltfn"), directory.path("b.npz"), directory.path("c.ltfn")
        )
        #expect(try run(start, "-o", middle).status == 64)
        #expect(try run(start, "-o", middle, "--allow-loss", "dtype").status == 0)
        let untold = try run(middle, "-n", "-o", end)
        #expect(untold.errors.contains("--retype bits16=bf16"))
        let told = try run(middle, "-o", end, "--retype", "bits16=bf16")
        #expect(told.status == 0)
        #expect(told.errors == "")
        #expect(directory.get("c.ltfn") == directory.get("a.ltfn"))
        for wrong in ["bits16=f32", "f32=bits32", "bits16", "=", "bits16=bf16=f16", "i16=bf16"] {
            #expect(try run(middle, "-n", "-o", end, "--retype", wrong).status == 64)
        }
    }

    @Test("--json is one document with what was done") func json() throws {
        let result = try run(
            fixture("numpy/shapes.npz"), "-o", directory.path("a.ltfn"), "--json")
        let document = try JSONReader.read(Array(result.output.utf8))
        #expect(result.output.hasPrefix("{\n  \"schema\": \"ltfn.convert/1\""))
        #expect(document["verified"] == true)
        #expect(document["dry_run"] == false)
        #expect(document["output"]?["format"] == "ltfn")
        #expect(document["output"]?["byte_count"] == .int(Int64(directory.get("a.ltfn")!.count)))
        guard case .array(let variables)? = document["variables"] else {
            Issue.record("no variables")
            return
        }
        #expect(variables.count == 6)
        let file = directory.path("plan.json")
        let plan = try run(
            try richFile(), "-o", directory.path("b.npz"), "--dry-run", "--json=" + file)
        #expect(plan.output.contains("Problems:"))
        let planned = try JSONReader.read(directory.get("plan.json") ?? [])
        #expect(planned["verified"] == .null)
        #expect(planned["dry_run"] == true)
        guard case .array(let problems)? = planned["problems"] else {
            Issue.record("no problems")
            return
        }
        #expect(problems.count == 3)
    }

    @Test("names from a file cannot steer the terminal") func escaping() throws {
        let specimen = try Specimen(
            "evil", [variable("\u{202E}evil"), variable("b", tiedTo: "\u{202E}evil")])
        let sink = MemorySink()
        try NativeFormat().write(specimen.checkpoint, to: sink)
        directory.put(sink.bytes, "evil.ltfn")
        for arguments in [["--dry-run"], []] {
            let result = Programs.run(
                Programs.product("ltfn-convert"),
                [directory.path("evil.ltfn"), "-o", directory.path("out.npz")] + arguments)
            #expect(!(result.output + result.errors).unicodeScalars.contains("\u{202E}"))
            #expect((result.output + result.errors).contains("\\u{202E}"))
        }
    }
}

import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import TestSupport
import Testing

@Suite("ltfn-inspect diff")
struct DiffTests {
    private func diff(_ arguments: String..., in folder: TemporaryFolder) -> Outcome {
        Programs.run("ltfn-inspect", ["diff"] + arguments, in: folder)
    }

    /// `model.ltfn`, and what `ltfn-convert` makes of it under other names.
    private static func folder(_ conversions: [[String]] = []) throws -> TemporaryFolder {
        let folder = try TinyModel.folder()
        for arguments in conversions {
            let run = Programs.run(
                "ltfn-convert", ["model.ltfn", "-q", "--allow-loss", "all", "-o"] + arguments,
                in: folder)
            #expect(run.status == 0, "\(run.errors)")
        }
        return folder
    }

    @Test(
        "the same model is equal in every format, and in another layout of its kernels",
        arguments: [
            ["m.safetensors"], ["m.npz"], ["m.onnx"], ["m.gguf"], ["m.weights.h5"], ["m.index"],
            ["m.safetensors", "--layout", "pytorch"], ["m.safetensors", "--layout", "mlx"],
        ])
    func formats(conversion: [String]) throws {
        let folder = try Self.folder([conversion])
        for files in [("model.ltfn", conversion[0]), (conversion[0], "model.ltfn")] {
            let outcome = diff(files.0, files.1, in: folder)
            #expect(outcome.status == 0, "\(outcome)")
            #expect(outcome.output.contains("the same in both, bit for bit"))
            #expect(outcome.lines.last == "equal")
        }
    }

    @Test("two files in one layout of others are compared as they are")
    func samePlace() throws {
        let folder = try Self.folder([["p.safetensors", "--layout", "pytorch"]])
        let outcome = diff("p.safetensors", "p.safetensors", in: folder)
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
    }

    @Test("another dtype is a difference, and none where it is ignored and the values are close")
    func rounded() throws {
        let folder = try Self.folder([["half.safetensors", "--dtype", "bf16"]])
        let strict = diff("model.ltfn", "half.safetensors", in: folder)
        #expect(strict.status == 1 && strict.errors.isEmpty)
        #expect(strict.output.contains("of another dtype or shape"))
        let ignoring = diff(
            "model.ltfn", "half.safetensors", "--ignore", "dtype,initializers", "--rtol", "0.01",
            in: folder)
        #expect(ignoring.status == 0, "\(ignoring)")
        let near = diff(
            "model.ltfn", "half.safetensors", "--ignore", "dtype", "--no-values", in: folder)
        #expect(near.status == 0 && near.output.contains("values not compared"), "\(near)")
    }

    @Test("quantized blocks are compared as the numbers they stand for")
    func blocks() throws {
        let outcome = Programs.run(
            "ltfn-inspect", "diff", Repository.path("Fixtures/gguf/blocks.gguf"),
            Repository.path("Fixtures/gguf/blocks.gguf"))
        #expect(outcome.status == 0, "\(outcome)")
    }

    @Test(
        "what cannot be compared ends with one sentence",
        arguments: [
            (["model.ltfn", "missing.ltfn"], 66, "missing.ltfn"),
            (["bad.ltfn", "model.ltfn"], 65, "bad.ltfn"),
            (["model.ltfn", "bad.ltfn"], 65, "bad.ltfn"),
            (["model.ltfn", "model.ltfn", "--variable", "x*"], 64, "No variable's name fits"),
            (["model.ltfn", "model.ltfn", "--ignore", "dtypes"], 64, "did you mean dtype?"),
            (["model.ltfn", "model.ltfn", "--atol", "nan"], 64, "expected a number from 0 on"),
            (["model.ltfn", "model.ltfn", "--json=model.ltfn", "-f"], 64, "a file of its own"),
            (["model.ltfn"], 64, "<b>"),
        ] as [([String], Int32, String)])
    func refused(arguments: [String], status: Int32, sentence: String) throws {
        let folder = try Self.folder()
        var bytes = try folder.read("model.ltfn")
        // Within the values, which come first.
        for place in 64..<bytes.count / 3 { bytes[place] ^= 0x55 }
        try folder.write(bytes, "bad.ltfn")
        let outcome = Programs.run("ltfn-inspect", ["diff"] + arguments, in: folder)
        #expect(outcome.status == status, "\(outcome)")
        #expect(outcome.output.isEmpty && outcome.errors.contains(sentence), "\(outcome.errors)")
    }

    @Test("--quiet leaves the status")
    func quiet() throws {
        let folder = try Self.folder([["half.safetensors", "--dtype", "f16"]])
        let outcome = diff("model.ltfn", "half.safetensors", "-q", in: folder)
        #expect(outcome.status == 1 && outcome.output.isEmpty && outcome.errors.isEmpty)
    }
}

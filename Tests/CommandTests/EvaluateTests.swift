import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import TestSupport
import Testing

@Suite("ltfn-eval")
struct EvaluateTests {
    @Test("Finds the labels and tells the accuracy")
    func accuracy() throws {
        let folder = try TinyModel.folder()
        let outcome = Programs.run("ltfn-eval", "model.ltfn", "test-images.idx", in: folder)
        #expect(outcome.status == 0)
        #expect(outcome.errors.isEmpty)
        #expect(
            outcome.output.contains(
                "accuracy   90.00 %, 9 of 10 right (95 % interval: 59.58 to 98.21 %)"))
        #expect(
            outcome.output.contains(
                """
                class  0  1  2    recall
                    0  3  .  .  100.00 %
                    1  1  3  .   75.00 %
                    2  .  .  3  100.00 %
                """))
    }

    @Test("--json has the keys that scripts look for")
    func json() throws {
        let folder = try TinyModel.folder()
        let outcome = Programs.run(
            "ltfn-eval", "--json", "model.ltfn", "test-images.idx", in: folder)
        #expect(outcome.status == 0)
        #expect(
            outcome.output.hasPrefix("{\n  \"schema\": \"ltfn.eval/1\",\n  \"accuracy\": 0.9,\n"))
        let document = try JSONReader.read(Array(outcome.output.utf8))
        #expect(document["correct"] == 9 && document["count"] == 10)
        #expect(document["predictions"] == [4, 3, 3])
        // Logits 8 · 250/255 and 8 · 10/255, the last label wrong.
        guard case .double(let cost)? = document["cost"] else {
            Issue.record("There is no cost.")
            return
        }
        #expect(abs(cost - 0.7540147081850623) < 1e-5)
    }

    @Test(
        "The labels are named, and when others beside them differ, that is said, in text and JSON")
    func labelsNamed() throws {
        let folder = try TinyModel.folder()
        try folder.write(TinyModel.labels([UInt8](repeating: 2, count: 10)), "test-labels.idx.gz")
        let outcome = Programs.run(
            "ltfn-eval", "model.ltfn", "test-images.idx", "--json=out.json", in: folder)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("\n  labels test-labels.idx: unknown data, SHA-256 "))
        let warning = "test-labels.idx and test-labels.idx.gz differ"
        #expect(outcome.errors.hasPrefix("ltfn-eval: warning: \(warning)"))
        let document = try JSONReader.read(folder.read("out.json"))
        #expect(document["labels"]?["path"] == "test-labels.idx")
        guard case .array(let warnings)? = document["warnings"],
            case .string(let text)? = warnings.first
        else {
            Issue.record("There is no warning.")
            return
        }
        #expect(text.hasPrefix(warning))

        let seen = Programs.run(
            "ltfn-inspect", "activations", "model.ltfn", "test-images.idx", in: folder)
        #expect(seen.status == 0)
        #expect(seen.output.contains("\n  labels test-labels.idx: unknown data, SHA-256 "))
        #expect(seen.errors.contains(warning))
    }

    @Test("A folder, an archive of Keras and the beginning of file names stand for a data set")
    func dataSets() throws {
        let folder = try TinyModel.folder()
        let classes: [UInt8] = [0, 1, 2, 0, 1, 2, 0, 1, 2, 1]
        let pixels = Array(try folder.read("test-images.idx").dropFirst(16))
        let archive = ZipBuilder([
            ZipBuilder.Member("x_test.npy", npy("(10, 4, 4)", pixels)),
            ZipBuilder.Member("y_test.npy", npy("(10,)", classes)),
        ])
        try folder.write(archive.bytes, "archive.npz")
        for name in [".", "archive.npz", "test-images.idx"] {
            let outcome = Programs.run("ltfn-eval", "model.ltfn", name, in: folder)
            #expect(outcome.output.contains("9 of 10 right"), "\(name): \(outcome.errors)")
        }
        let json = Programs.run("ltfn-eval", "--json", "model.ltfn", "archive.npz", in: folder)
        let document = try JSONReader.read(Array(json.output.utf8))
        #expect(document["labels"]?["array"] == "y_test")
        let empty = TemporaryFolder()
        try empty.write(folder.read("model.ltfn"), "model.ltfn")
        let none = Programs.run("ltfn-eval", "model.ltfn", ".", in: empty)
        #expect(none.status == 66 && none.errors.contains("There are no test images here"))
    }

    private func npy(_ shape: String, _ values: [UInt8]) -> [UInt8] {
        let text = "{'descr': '|u1', 'fortran_order': False, 'shape': \(shape), }\n"
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
            + values
    }

    @Test("--json=FILE and --predictions stand beside the text")
    func files() throws {
        let folder = try TinyModel.folder()
        let outcome = Programs.run(
            "ltfn-eval", "model.ltfn", "test-images.idx", "--json=out.json", "--predictions",
            "out.csv", "--count", "2", in: folder)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("2 of 2 right"))
        #expect(try JSONReader.read(folder.read("out.json"))["count"] == 2)
        let lines = String(decoding: try folder.read("out.csv"), as: UTF8.self).split(
            separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[0] == "index,label,predicted,probability")
        #expect(lines[1].hasPrefix("0,0,0,0.998") && lines[2].hasPrefix("1,1,1,0.998"))
    }

    @Test("Images with logits that are not finite are counted, named, and have no prediction")
    func nonFinite() throws {
        let folder = try TinyModel.folder()
        let whole = try TinyModel.checkpoint()
        // Only the images of class 0 pass the largest number.
        var weights = [Float](repeating: 0, count: 48)
        weights[0] = .greatestFiniteMagnitude
        let sink = MemorySink()
        try NativeFormat().write(
            Checkpoint(
                manifest: whole.manifest,
                tensors: [
                    try TensorData(shape: [3], floats: [2e37, 0, 0]),
                    try TensorData(shape: [16, 3], floats: weights),
                ]), to: sink)
        try folder.write(sink.bytes, "model.ltfn")
        let sentence = "4 of 10 images have logits that are not finite"
        let outcome = Programs.run(
            "ltfn-eval", "model.ltfn", "test-images.idx", "--predictions", "out.csv", in: folder)
        #expect(outcome.status == 1)
        #expect(outcome.output.contains(sentence) && outcome.errors.contains(sentence))
        let lines = String(decoding: try folder.read("out.csv"), as: UTF8.self).split(
            separator: "\n")
        #expect(lines[1] == "0,0,," && lines[2].hasPrefix("1,1,0,"))
        let json = Programs.run(
            "ltfn-eval", "model.ltfn", "test-images.idx", "--json", in: folder)
        #expect(json.status == 1)
        let document = try JSONReader.read(Array(json.output.utf8))
        #expect(document["nonfinite"] == 4 && document["cost"] == .null)
        #expect(document["predictions"] == [6, 0, 0] && document["correct"] == 0)
    }

    @Test("A result never replaces what the command reads")
    func contested() throws {
        let folder = try TinyModel.folder()
        let model = try folder.read("model.ltfn")
        let labels = try folder.read("test-labels.idx")
        let options = [
            "--json=model.ltfn", "--predictions=model.ltfn", "--json=./model.ltfn",
            "--predictions=./model.ltfn", "--predictions=test-labels.idx",
            "--json=./test-labels.idx",
        ]
        for option in options {
            let outcome = Programs.run(
                "ltfn-eval", "model.ltfn", "test-images.idx", option, "--force", in: folder)
            #expect(outcome.status == 64)
        }
        #expect(
            Programs.run("ltfn-inspect", "model.ltfn", "--json=model.ltfn", in: folder).status == 64
        )
        let spelled = Programs.run("ltfn-inspect", "model.ltfn", "--json=./model.ltfn", in: folder)
        #expect(spelled.status == 64)
        #expect(try folder.read("model.ltfn") == model)
        #expect(try folder.read("test-labels.idx") == labels)
    }

    @Test("Without labels, predictions are counted")
    func withoutLabels() throws {
        let folder = try TinyModel.folder()
        try folder.write(TinyModel.images([2, 2, 0]), "unlabelled")
        let outcome = Programs.run("ltfn-eval", "model.ltfn", "unlabelled", in: folder)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("No labels: the predictions of 3 images, by class."))
        let strict = Programs.run(
            "ltfn-eval", "model.ltfn", "unlabelled", "--min-accuracy", "0.5", in: folder)
        #expect(strict.status == 64)
    }

    @Test("--min-accuracy answers with the status", arguments: [("0.9", 0), ("0.91", 1)])
    func minimum(bound: String, status: Int32) throws {
        let folder = try TinyModel.folder()
        let outcome = Programs.run(
            "ltfn-eval", "model.ltfn", "test-images.idx", "--min-accuracy", bound, in: folder)
        #expect(outcome.status == status)
        #expect(outcome.output.contains("9 of 10 right"))
        #expect(outcome.errors.isEmpty == (status == 0))
        #expect(!outcome.errors.contains("error:"))
    }

    /// A mistake in the input, and a word that the sentence about it must have.
    struct Mistake: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var status: Int32
        var word: String
        /// What is put in place of which file; nil: what the name says is there.
        var bytes: @Sendable () throws -> [UInt8]
        var name = "test-images.idx"
    }

    static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]
    static let html = Array("<!DOCTYPE html>\n<html><body>404 Not Found</body></html>\n".utf8)

    static let mistakes = [
        Mistake(testDescription: "an empty file of images", status: 65, word: "empty") { [] },
        Mistake(testDescription: "a PNG", status: 65, word: "PNG") { png },
        Mistake(testDescription: "a web page", status: 65, word: "HTML") { html },
        Mistake(testDescription: "labels in place of images", status: 65, word: "labels") {
            TinyModel.labels([0, 1, 2])
        },
        Mistake(testDescription: "images of another size", status: 65, word: "[5, 5, 1]") {
            TinyModel.images([0, 1], side: 5)
        },
        Mistake(testDescription: "no images", status: 65, word: "is 0") {
            TinyModel.images([])
        },
        Mistake(testDescription: "images cut short", status: 65, word: "test-images.idx") {
            TinyModel.images([0, 1]).dropLast()
        },
        Mistake(
            testDescription: "too few labels", status: 65, word: "labels",
            bytes: { TinyModel.labels([0, 1]) }, name: "test-labels.idx"),
        Mistake(
            testDescription: "a label that no class has", status: 65, word: "7",
            bytes: { TinyModel.labels([0, 1, 2, 0, 1, 2, 0, 1, 2, 7]) }, name: "test-labels.idx"),
        Mistake(
            testDescription: "images in place of labels", status: 65, word: "images",
            bytes: { TinyModel.images([0]) }, name: "test-labels.idx"),
        Mistake(
            testDescription: "an empty model", status: 65, word: "model.ltfn", bytes: { [] },
            name: "model.ltfn"),
        Mistake(
            testDescription: "a PNG for a model", status: 65, word: "model.ltfn",
            bytes: { png }, name: "model.ltfn"),
        Mistake(
            testDescription: "a web page for a model", status: 65, word: "model.ltfn",
            bytes: { html }, name: "model.ltfn"),
        Mistake(
            testDescription: "images for a model", status: 65, word: "model.ltfn",
            bytes: { TinyModel.images([0]) }, name: "model.ltfn"),
        Mistake(
            testDescription: "a model cut short", status: 65, word: "model.ltfn",
            bytes: { try TinyModel.file().dropLast(9) }, name: "model.ltfn"),
        Mistake(
            testDescription: "a model without its network", status: 65, word: "network",
            bytes: { try TinyModel.file(graph: false) }, name: "model.ltfn"),
    ]

    @Test("Input that is not valid gets one sentence and 65", arguments: mistakes)
    func notValid(mistake: Mistake) throws {
        let folder = try TinyModel.folder()
        try folder.write(mistake.bytes(), mistake.name)
        let before = folder.names
        let outcome = Programs.run(
            "ltfn-eval", "model.ltfn", "test-images.idx", "--predictions", "out.csv", in: folder)
        #expect(outcome.status == mistake.status)
        #expect(outcome.output.isEmpty)
        expectOneSentence(outcome, from: "ltfn-eval", with: mistake.word)
        #expect(folder.names == before)
    }

    @Test(
        "Input that cannot be opened gets 66",
        arguments: [
            ["missing.ltfn", "test-images.idx"], ["model.ltfn", "missing"],
            [".", "test-images.idx"],
            ["model.ltfn", "/"], ["model.ltfn", "test-images.idx", "missing"],
            ["model.ltfn", "test-images.idx", "."],
        ])
    func notOpened(arguments: [String]) throws {
        let folder = try TinyModel.folder()
        let outcome = Programs.shell(
            "\"$BIN/ltfn-eval\" " + arguments.joined(separator: " "), in: folder)
        #expect(outcome.status == 66)
        expectOneSentence(outcome, from: "ltfn-eval", with: "")
    }

    @Test(
        "Output that cannot be created gets 73, and nothing is left",
        arguments: [
            "--json=missing/out.json", "--json=.", "--predictions missing/out.csv",
            "--predictions .",
        ])
    func notCreated(option: String) throws {
        let folder = try TinyModel.folder()
        let before = folder.names
        let outcome = Programs.shell(
            "\"$BIN/ltfn-eval\" model.ltfn test-images.idx \(option)", in: folder)
        #expect(outcome.status == 73)
        expectOneSentence(outcome, from: "ltfn-eval", with: "")
        #expect(folder.names == before)
    }

    @Test("A wrong command line gets 64", arguments: ["", "a", "a b --count 0", "a b c d"])
    func usage(arguments: String) throws {
        let outcome = Programs.shell("\"$BIN/ltfn-eval\" \(arguments)", in: TemporaryFolder())
        #expect(outcome.status == 64)
        #expect(outcome.errors.hasPrefix("ltfn-eval: error: "))
        #expect(outcome.errors.contains("Usage: ltfn-eval"))
    }

    @Test("A reader that leaves is no error; a full disk is")
    func closedOutput() throws {
        let folder = try TinyModel.folder()
        let left = Programs.shell(
            "{ \"$BIN/ltfn-eval\" model.ltfn test-images.idx; echo $? >&2; } | true", in: folder)
        #expect(left.errors == "0\n")
        let full = Programs.shell(
            "test -e /dev/full || exit 74; \"$BIN/ltfn-eval\" model.ltfn test-images.idx >/dev/full",
            in: folder)
        #expect(full.status == 74)
    }

    @Test("--help ends with examples, --version tells what is built in")
    func help() throws {
        let help = Programs.run("ltfn-eval", "--help")
        #expect(help.status == 0)
        #expect(help.output.contains("\nEXAMPLES:\n"))
        #expect(help.output.hasSuffix("--json=out.json\n"))
        let version = Programs.run("ltfn-eval", "--version")
        #expect(version.status == 0)
        #expect(version.output.hasPrefix("ltfn-eval 0."))
        #expect(version.output.contains("\nformat:  ltfn 1.0\ncodecs:  raw, "))
        #expect(version.output.contains("\ncpu:     "))
    }
}

/// Expects that a program said what is wrong in one line, and that the line has `word`.
func expectOneSentence(
    _ outcome: Outcome, from program: String, with word: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let lines = outcome.errors.split(separator: "\n")
    #expect(lines.count == 1, "\(outcome.errors)", sourceLocation: sourceLocation)
    let isSentence = outcome.errors.hasPrefix("\(program): error: ")
    #expect(isSentence, "\(outcome.errors)", sourceLocation: sourceLocation)
    let hasWord = word.isEmpty || outcome.errors.contains(word)
    #expect(hasWord, "\(outcome.errors)", sourceLocation: sourceLocation)
}

import Foundation
import TestSupport
import Testing

/// What `ltfn-train` reads and writes, and what may not be both.
@Suite("ltfn-train, its files", .serialized)
struct TrainFilesTests {
    private let place: TrainingFolder

    init() throws {
        place = try TrainingFolder()
    }

    @Test(
        "no output may replace an input or another output, however it is spelled",
        arguments: [
            ["-o", "data/train-images.idx"], ["-o", "./data/../data/test-labels.idx"],
            ["-o", "linked.idx"], ["-o", "m.ltfn", "--json=data/test-images.idx"],
            ["-o", "m.ltfn", "--json=m.last-finite.ltfn"],
            ["-o", "m.ltfn", "--json=./m.step-000002.ltfn", "--checkpoint-every", "2"],
            ["-o", "m.ltfn", "--save-data", "data2"],
            ["-o", "saved/train-images-idx3-ubyte", "--save-data", "./saved/."],
            ["-o", "m.ltfn", "--json=saved/t10k-labels-idx1-ubyte", "--save-data", "saved"],
            ["-o", "n.ltfn", "--checkpoint-every", "2"],
        ])
    func roles(arguments: [String]) throws {
        for name in ["saved", "data2"] {
            try FileManager.default.createDirectory(
                atPath: place.folder.path(name), withIntermediateDirectories: true)
        }
        // Data under the names that --save-data gives, and under a checkpoint's.
        for (link, target) in [
            ("linked.idx", "data/test-images.idx"),
            ("data2/train-images-idx3-ubyte", "../data/train-images.idx"),
            ("data2/train-labels-idx1-ubyte", "../data/train-labels.idx"),
            ("data2/t10k-images-idx3-ubyte", "../data/test-images.idx"),
            ("data2/t10k-labels-idx1-ubyte", "../n.step-000002.ltfn"),
        ] {
            try FileManager.default.createSymbolicLink(
                atPath: place.folder.path(link), withDestinationPath: target)
        }
        try place.folder.write(place.folder.read("data/test-labels.idx"), "n.step-000002.ltfn")
        let inData2 = arguments.contains("data2") || arguments.contains("n.ltfn")
        let data = try place.dataContents()
        let before = place.folder.allNames
        let run = place.train(
            recipe: arguments + [
                "--force", "--data", inData2 ? "data2" : "data", "--model", "mlp", "--batch-size",
                "5",
                "--steps", "4",
            ])
        // A fresh run that finds its checkpoints' names taken says so first.
        #expect(run.status == (arguments.contains("n.ltfn") ? 73 : 64), "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
        #expect(run.output.isEmpty)
        #expect(place.folder.allNames == before)
        #expect(try place.dataContents() == data)
    }

    @Test("the file to go on from may be the output, but no other output")
    func resumed() throws {
        #expect(place.train("-o", "m.ltfn", "--steps", "2").status == 0)
        try place.folder.write(place.folder.read("m.ltfn"), "t10k-labels-idx1-ubyte")
        for arguments in [["--json=./m.ltfn"], ["--save-data", "."]] {
            let file = arguments.count == 1 ? "m.ltfn" : "t10k-labels-idx1-ubyte"
            let run = place.train(
                "-o", "n.ltfn", "--resume", file, "--steps", "4",
                recipe: arguments + ["--force", "--data", "data"])
            #expect(run.status == 64, "\(run.errors)")
            #expect(place.names == ["m.ltfn", "t10k-labels-idx1-ubyte"])
        }
        try place.folder.write(place.folder.read("m.ltfn"), "base.ltfn")
        let base = place.train(
            "-o", "base.ltfn", "--resume", "m.ltfn", "--base", "./base.ltfn",
            recipe: ["--data", "data", "--steps", "4"])
        #expect(base.status == 64, "\(base.errors)")
        let run = place.train(
            "-o", "./m.ltfn", "--resume", "m.ltfn", "--steps", "4", recipe: ["--data", "data"])
        #expect(run.status == 0, "\(run.errors)")
    }

    @Test("--save-data makes its folder, in a folder that exists")
    func saveData() throws {
        let run = place.train("-o", "m.ltfn", "--steps", "0", "--save-data", "copy/")
        #expect(run.status == 0, "\(run.errors)")
        #expect(
            try place.folder.read("copy/t10k-labels-idx1-ubyte")
                == place.folder.read("data/test-labels.idx"))
        #expect(place.train("-o", "m.ltfn", "--steps", "0", "--save-data", "copy").status == 0)
        for (folder, sentence) in [
            (
                "none/copy",
                "none/copy: The folder cannot be created: there is no folder none; make it"
            ),
            ("m.ltfn", "m.ltfn: The folder cannot be created: it exists already"),
        ] {
            let failed = place.train("-o", "n.ltfn", "--save-data", folder)
            #expect(failed.status == 73, "\(failed.errors)")
            #expect(failed.errors.contains(sentence), "\(failed.errors)")
        }
        #expect(place.names == ["copy", "m.ltfn"])
    }
}

extension TrainingFolder {
    func dataContents() throws -> [[UInt8]] {
        try ["train-images", "train-labels", "test-images", "test-labels"].map {
            try folder.read("data/\($0).idx")
        }
    }
}

extension TemporaryFolder {
    /// The paths of all that is in it, however deep.
    var allNames: [String] {
        ((try? FileManager.default.subpathsOfDirectory(atPath: url.path)) ?? []).sorted()
    }
}

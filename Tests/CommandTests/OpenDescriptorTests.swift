import Foundation
import TestSupport
import Testing

/// Outputs that are files which the shell has opened already.
@Suite("Outputs that are open already") struct OpenDescriptorTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TinyModel.folder()
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("link"), withDestinationPath: "/dev/fd/3")
    }

    @Test(
        "no command writes into what it reads, however the descriptor is spelled",
        arguments: [
            "/dev/fd/3", "/proc/self/fd/3", "//dev/fd/3", "/dev/./fd/3", "/proc/thread-self/fd/3",
            "link",
        ],
        [
            "ltfn-convert model.ltfn --to ltfn -o", "ltfn-convert model.ltfn --force --to ltfn -o",
            "ltfn-inspect model.ltfn --force --json-file",
            "ltfn-eval model.ltfn test-images.idx --force --predictions",
        ])
    func spellings(output: String, command: String) throws {
        let model = try folder.read("model.ltfn")
        let run = Programs.shell("\"$BIN\"/\(command) \(output) 3<>model.ltfn", in: folder)
        #expect(run.status == 64, "\(run.errors)")
        expectOneSentence(
            run, from: String(command.prefix { $0 != " " }), with: "expected a file of its own")
        #expect(try folder.read("model.ltfn") == model)
    }

    @Test("nor into what is a hard link to it") func hardLink() throws {
        try FileManager.default.linkItem(
            atPath: folder.path("model.ltfn"), toPath: folder.path("other"))
        let model = try folder.read("model.ltfn")
        for line in [
            "ltfn-convert model.ltfn --to ltfn -o /dev/fd/3 3<>other",
            "ltfn-convert model.ltfn --to ltfn -o - 1<>other",
            "ltfn-convert model.ltfn --to ltfn -o - >>other",
            "ltfn-inspect model.ltfn --force --json-file other",
        ] {
            #expect(Programs.shell("\"$BIN\"/\(line)", in: folder).status == 64, "\(line)")
        }
        #expect(try folder.read("model.ltfn") == model)
    }

    @Test(
        "nor in place of the rules that it reads",
        arguments: ["-o map.json", "-o /dev/fd/3", "-o out.ltfn --json=./map.json"])
    func rules(outputs: String) throws {
        try folder.write(Array("{}".utf8), "map.json")
        let run = Programs.shell(
            "\"$BIN\"/ltfn-convert model.ltfn --map map.json --to ltfn --force \(outputs) 3<>map.json",
            in: folder)
        #expect(run.status == 64, "\(run.errors)")
        expectOneSentence(run, from: "ltfn-convert", with: "read as rules for names")
        #expect(try folder.read("map.json") == Array("{}".utf8))
        #expect(!folder.names.contains("out.ltfn"))
    }

    @Test("nor does a run write into the file that it goes on from") func resumed() throws {
        let place = try TrainingFolder()
        #expect(place.train("-o", "m.ltfn", "--steps", "2").status == 0)
        let before = try place.folder.read("m.ltfn")
        let run = Programs.shell(
            "\"$BIN\"/ltfn-train --resume m.ltfn -o /dev/fd/3 --data data --steps 3 3<>m.ltfn",
            in: place.folder)
        #expect(run.status == 64, "\(run.errors)")
        #expect(try place.folder.read("m.ltfn") == before)
    }

    @Test("a descriptor of another file is written to, and one for reading refused") func others()
        throws
    {
        let model = try folder.read("model.ltfn")
        let line = "\"$BIN\"/ltfn-convert model.ltfn --to ltfn -q -o"
        let written = Programs.shell("\(line) /dev/fd/3 3>out", in: folder)
        #expect(written.status == 0, "\(written.errors)")
        #expect(try folder.read("out") == model)
        let refused = Programs.shell("\(line) /dev/fd/3 3<out", in: folder)
        #expect(refused.status == 73)
        #expect(refused.errors.contains("open for reading only"))
        #expect(Programs.shell("\(line) /dev/fd/9", in: folder).status == 73)
    }

    @Test("a number that the kernel does not spell so is no descriptor", arguments: ["03", "+3"])
    func odd(number: String) throws {
        let model = try folder.read("model.ltfn")
        for command in [
            "ltfn-convert model.ltfn --force --to ltfn -o",
            "ltfn-inspect model.ltfn --force --json-file",
            "ltfn-eval model.ltfn test-images.idx --force --predictions",
        ] {
            let run = Programs.shell(
                "\"$BIN\"/\(command) /dev/fd/\(number) 3<>model.ltfn", in: folder)
            #expect(run.status == 73, "\(run.errors)")
        }
        #expect(try folder.read("model.ltfn") == model)
    }
}

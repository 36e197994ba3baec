import Foundation
import TestSupport
import Testing

/// What stands under the names of results is not lost, nor laid open.
@Suite("Replaced files, and those beside them", .serialized) struct ReplacingTests {
    @Test(
        "a result takes the place of a file only with --force",
        arguments: [
            "ltfn-inspect model.ltfn --json=kept", "ltfn-inspect verify model.ltfn --json=kept",
            "ltfn-eval model.ltfn test-images.idx --json=kept",
            "ltfn-eval model.ltfn test-images.idx --predictions kept",
            "ltfn-inspect activations model.ltfn test-images.idx --json=kept",
            "ltfn-convert model.ltfn -o out.ltfn --json=kept",
        ])
    func forced(line: String) throws {
        let folder = try TinyModel.folder()
        try folder.write([1, 2, 3], "kept")
        let refused = Programs.shell("\"$BIN\"/\(line)", in: folder)
        #expect(refused.status == 73, "\(refused.errors)")
        #expect(refused.errors.contains("--force"))
        #expect(try folder.read("kept") == [1, 2, 3])
        #expect(!folder.names.contains("out.ltfn"))
        let done = Programs.shell("\"$BIN\"/\(line) --force", in: folder)
        #expect(done.status == 0, "\(done.errors)")
        #expect(try folder.read("kept") != [1, 2, 3])
    }

    @Test("a training run says so before it trains") func training() throws {
        let place = try TrainingFolder()
        try place.folder.write([1, 2, 3], "kept")
        let run = place.train("-o", "m.ltfn", "--steps", "1", "--json=kept")
        #expect(run.status == 73)
        #expect(place.names == ["kept"])
    }

    @Test("checkpoints beside a private model are private") func checkpoints() throws {
        let place = try TrainingFolder()
        try place.folder.write([], "m.ltfn")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: place.folder.path("m.ltfn"))
        let run = place.train("-o", "m.ltfn", "--steps", "2", "--checkpoint-every", "1")
        #expect(run.status == 0, "\(run.errors)")
        #expect(place.names == ["m.ltfn", "m.step-000001.ltfn"])
        for name in place.names {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: place.folder.path(name))
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
    }
}

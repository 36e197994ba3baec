import Foundation
import LTFNBytes
import TestSupport
import Testing

/// Errors that name the command that helps.
@Suite("Advice") struct AdviceTests {
    /// The command at the end of an error, run where it was printed.
    private func follow(_ outcome: Outcome, in folder: TemporaryFolder) throws -> Outcome {
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
        let start = try #require(
            outcome.errors.range(of: "ltfn-convert", options: .backwards)?.lowerBound,
            "\(outcome.errors)")
        return Programs.shell("\"$BIN\"/" + outcome.errors[start...], in: folder)
    }

    @Test("what is left of a cut file is recovered by the command that the error names")
    func recovery() throws {
        let folder = try TinyModel.folder()
        let whole = try folder.read("model.ltfn")
        // As an addition that was interrupted leaves it: the index is there, the footer is not.
        try folder.write(Array(whole.dropLast(64)), "cut model.ltfn")
        for (program, arguments) in [
            ("ltfn-inspect", ["cut model.ltfn"]),
            ("ltfn-eval", ["cut model.ltfn", "test-images.idx"]),
            ("ltfn-convert", ["cut model.ltfn", "-o", "new.ltfn"]),
        ] {
            let outcome = Programs.run(program, arguments, in: folder)
            #expect(outcome.status == 65)
            let recovered = try follow(outcome, in: folder)
            #expect(recovered.status == 0, "\(recovered.errors)")
            #expect(try folder.read("cut model.recovered.ltfn") == whole)
            try FileManager.default.removeItem(atPath: folder.path("cut model.recovered.ltfn"))
        }
    }

    @Test("recovering a file that is whole says so, and one without a header tells its length")
    func nothingToRecover() throws {
        let folder = try TinyModel.folder()
        let whole = try folder.read("model.ltfn")
        let good = Programs.run(
            "ltfn-convert", "model.ltfn", "-o", "a.ltfn", "--recover", in: folder)
        #expect(good.status == 0 && good.errors.contains("nothing had to be recovered"))
        #expect(try folder.read("a.ltfn") == whole)
        try folder.write(Array(whole.prefix(10)), "tiny.ltfn")
        let tiny = Programs.run(
            "ltfn-convert", "tiny.ltfn", "-o", "b.ltfn", "--recover", in: folder)
        #expect(tiny.status == 65)
        expectOneSentence(tiny, from: "ltfn-convert", with: "has 10 bytes")
    }

    @Test("a benchmark that needs the kept models tells before it measures where they may be")
    func models() throws {
        let outcome = Programs.run("ltfn-bench", "--filter", "file/", in: TemporaryFolder())
        #expect(outcome.status == 66)
        #expect(outcome.output.isEmpty)
        expectOneSentence(outcome, from: "ltfn-bench", with: "--models")
    }
}

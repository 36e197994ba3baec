import Foundation
import LTFNBytes
import Testing

/// The model in the repository: the default run on real MNIST.
@Suite("Fixtures/models/tutorial.ltfn")
struct FixtureModelTests {
    private static let dataFolder = ProcessInfo.processInfo.environment["LTFN_DATA_DIR"]

    private static var path: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Fixtures/models/tutorial.ltfn")
            .path
    }

    @Test("is sound, and its initial values can be made again")
    func sound() {
        let outcome = Programs.run("ltfn-inspect", "verify", Self.path)
        #expect(outcome.status == 0)
    }

    @Test(
        "reaches what the tutorial reached",
        .enabled(if: dataFolder != nil, "LTFN_DATA_DIR is not set"))
    func accuracy() throws {
        let folder = try #require(Self.dataFolder)
        let name = try #require(
            FileManager.default.contentsOfDirectory(atPath: folder).first {
                $0.hasPrefix("t10k-images")
            })
        let outcome = Programs.run(
            "ltfn-eval", "--json", Self.path, folder + "/" + name, "--min-accuracy", "0.963")
        #expect(outcome.status == 0)
        let document = try JSONReader.read(Array(outcome.output.utf8))
        #expect(document["count"] == 10_000)
        guard case .double(let cost)? = document["cost"] else {
            Issue.record("There is no cost.")
            return
        }
        #expect(abs(cost - 0.10) <= 0.02)
    }
}

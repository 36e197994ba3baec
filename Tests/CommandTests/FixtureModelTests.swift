import Foundation
import LTFNBytes
import TestSupport
import Testing

/// The model in the repository: the default run on real MNIST.
@Suite("Fixtures/models/tutorial.ltfn")
struct FixtureModelTests {
    private static let dataFolder = ProcessInfo.processInfo.environment["LTFN_DATA_DIR"]

    private static var path: String {
        Repository.path("Fixtures/models/tutorial.ltfn")
    }

    @Test("is sound, and its initial values can be made again")
    func sound() {
        let outcome = Programs.run("ltfn-inspect", "verify", Self.path)
        #expect(outcome.status == 0)
    }

    @Test("histograms have an axis each, and what their arrows mean is told")
    func histograms() throws {
        let folder = TemporaryFolder()
        let image = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28].map(UInt8.init)
        try folder.write(image + (0..<784).map { $0 == 400 ? 255 : 0 }, "one.idx")
        let legend = "  ▲ is cut off: at least 3 times as high as █\n"
        let layers = Programs.run(
            "ltfn-inspect", "activations", Self.path, "one.idx", in: folder)
        let axes = layers.output.split(separator: "\n").compactMap { line -> Substring? in
            let words = line.split(separator: " ")
            return words.count > 3 && words[1].hasPrefix("-") && words.contains("%")
                ? words[1] : nil
        }
        #expect(axes.count == 5 && Set(axes).count == 5, "\(layers.output)")
        #expect(layers.output.contains(legend))
        let bias = Programs.run("ltfn-inspect", Self.path, "--variable", "layer1_bias")
        #expect(bias.output.contains("▲") && bias.output.hasSuffix(legend))
        let flat = Programs.run("ltfn-inspect", Self.path, "--variable", "layer1_weights")
        #expect(!flat.output.contains("▲"))
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

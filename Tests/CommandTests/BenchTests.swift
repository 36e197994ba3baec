import Foundation
import LTFNBytes
import TestSupport
import Testing

/// `ltfn-bench` as it is run. What is measured differs from machine to machine; sizes do not.
@Suite("ltfn-bench")
struct BenchTests {
    static let models = Repository.path("Fixtures/models")

    private func document(_ filter: String) throws -> JSONValue {
        let outcome = Programs.run(
            "ltfn-bench", "--filter", filter, "--runs", "1", "--models", Self.models, "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try JSONReader.read(Array(outcome.output.utf8))
    }

    private func number(_ value: JSONValue?) -> Double? {
        switch value {
        case .double(let number)?: number
        case .int(let number)?: Double(number)
        default: nil
        }
    }

    @Test(
        "kept models are as small as promised, the whole file",
        arguments: [
            ("tutorial-5000/trained", 0.71), ("tutorial-1000/trained", 0.69),
            ("tutorial-5000/bare", 0.83), ("tutorial-5000/bfloat16", 0.68),
            ("tutorial-5000/bare-bfloat16", 0.68),
        ])
    func sizes(name: String, most: Double) throws {
        let document = try document("file/\(name)/decode")
        guard case .array(let benchmarks)? = document["benchmarks"] else {
            Issue.record("There are no benchmarks.")
            return
        }
        #expect(benchmarks.count == 1)
        let ratio = try #require(number(benchmarks[0]["ours"]?["stored_ratio"]))
        #expect(ratio <= most)
        // Less than the distances of the weights cannot be: the file would not hold them.
        #expect(ratio > 0.3)
    }

    @Test("arithmetic is counted as the direct method needs it, and compared with the peak")
    func arithmetic() throws {
        let document = try document("layer/layer3/forward/portable/1-thread")
        guard case .array(let benchmarks)? = document["benchmarks"], let layer = benchmarks.first
        else {
            Issue.record("There are no benchmarks.")
            return
        }
        let operations = 2.0 * 14 * 14 * 9 * 64 * 128
        let bytes = 4.0 * (14 * 14 * 64 + 14 * 14 * 128 + 9 * 64 * 128 / 100.0)
        let intensity = try #require(number(layer["operations_per_byte"]))
        #expect(abs(intensity - operations / bytes) < 1e-9)
        let images = try #require(number(layer["ours"]?["median"]))
        let rate = try #require(number(layer["operations_per_second"]))
        #expect(abs(rate / (images * operations) - 1) < 1e-9)
        let peak = try #require(number(layer["peak_operations_per_second"]))
        let share = try #require(number(layer["share_of_peak"]))
        #expect(abs(share - rate / peak) < 1e-9)
    }

    @Test("every layer stands in the list with every instruction set, and nothing is measured")
    func list() {
        let names = Programs.run("ltfn-bench", "--list").output.split(separator: "\n")
        for layer in ["layer1", "layer2", "layer3", "layer4", "fully_connected"] {
            for pass in ["forward", "training"] {
                #expect(names.contains { $0 == "layer/\(layer)/\(pass)/portable/1-thread" })
            }
        }
        #expect(Set(names).count == names.count)
        #expect(Programs.run("ltfn-bench", "--filter", "nothing of that name").status == 64)
    }

    @Test("Markdown has the date and a table with one row a benchmark")
    func markdown() {
        let outcome = Programs.run(
            "ltfn-bench", "--filter", "bytes/crc32c", "--runs", "1", "--markdown")
        #expect(outcome.status == 0)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines.first?.hasPrefix("20") == true)
        #expect(lines.last?.hasPrefix("| bytes/crc32c | ") == true)
    }
}

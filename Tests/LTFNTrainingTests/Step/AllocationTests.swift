import Foundation
import Testing

/// Working memory is taken once: what a step or a batch takes later is small change and the result.
@Suite("Memory in the steady state")
struct AllocationTests {
    /// The result of a batch of twenty has 832 bytes, and waking threads takes a few hundred more;
    /// the working memory that must not be taken again is some megabytes. A step on one thread
    /// takes nothing.
    static let most = 1_536

    @Test("training steps and inference batches take no working memory", arguments: [1, 2, 3])
    func steady(threads: Int) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
            .deletingLastPathComponent().appendingPathComponent("AllocationProbe")
        process.arguments = ["\(threads)"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
        #if os(Linux)
            #expect(lines.map { String($0[0]) } == ["train", "infer"])
        #endif
        for line in lines {
            print(line.joined(separator: " "), "with \(threads) threads")
            let bytes = try #require(Int(line[2]))
            #expect(bytes <= Self.most, "\(line[0])")
            if threads == 1, line[0] == "train" { #expect(bytes == 0) }
        }
    }
}

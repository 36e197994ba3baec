import Foundation
import TestSupport
import Testing

@Suite("Second implementation")
struct SecondImplementationTests {
    static let python = ProcessInfo.processInfo.environment["LTFN_PYTHON"]

    @Test(
        "tools/ltfn_sampling.py meets every published vector (needs LTFN_PYTHON, with NumPy)",
        .enabled(if: python != nil))
    func meetsVectors() throws {
        let process = Process()
        process.executableURL = URL(filePath: try #require(Self.python))
        process.arguments = [Repository.path("tools/ltfn_sampling.py"), "--check"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
    }
}

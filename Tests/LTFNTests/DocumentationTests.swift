import Foundation
import TestSupport
import Testing

/// The Swift that people read is the Swift that the compiler reads.
@Suite("Documentation")
struct DocumentationTests {
    private static let root = Repository.root

    private static func files(in folder: String, _ ending: String) -> [URL] {
        let url = root.appendingPathComponent(folder)
        return
            (FileManager.default.enumerator(at: url, includingPropertiesForKeys: nil)?
            .compactMap { $0 as? URL } ?? [])
            .filter { $0.pathExtension == ending }.sorted { $0.path < $1.path }
    }

    private static let pages =
        [root.appendingPathComponent("README.md")] + files(in: "Sources/LTFN/LTFN.docc", "md")

    /// The lines of a text without their indentation, and without those that are empty.
    private static func code(_ text: some StringProtocol) -> String {
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }.joined(separator: "\n")
    }

    /// The blocks of a page that begin with ` ```swift`.
    private static func blocks(of page: URL) throws -> [String] {
        try String(contentsOf: page, encoding: .utf8).components(separatedBy: "\n```swift\n")
            .dropFirst().map { $0.components(separatedBy: "\n```")[0] }
    }

    @Test("every block of Swift in the README and the catalogue stands in a compiled example")
    func blocks() throws {
        let examples = try Self.files(in: "Tests/Examples", "swift").map {
            Self.code(try String(contentsOf: $0, encoding: .utf8)) + "\n"
        }
        var count = 0
        for page in Self.pages {
            for block in try Self.blocks(of: page) {
                count += 1
                // The import stands at the head of every example, apart from what is shown.
                let head = "import LTFN\n"
                let code = Self.code(block) + "\n"
                let body = code.hasPrefix(head) ? String(code.dropFirst(head.count)) : code
                #expect(
                    examples.contains { $0.hasPrefix(head) && $0.contains(body) },
                    "\(page.lastPathComponent) shows what no example compiles:\n\(block)")
            }
        }
        #expect(count > 15)
    }

    @Test("everything public of the library's face has a comment for its users")
    func comments() throws {
        var count = 0
        for file in Self.files(in: "Sources/LTFN", "swift") {
            let lines = try String(contentsOf: file, encoding: .utf8)
                .components(separatedBy: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            for (index, line) in lines.enumerated() where line.hasPrefix("public ") {
                count += 1
                let before = lines[..<index].last { !$0.hasPrefix("@") }
                #expect(
                    before?.hasPrefix("///") == true,
                    "\(file.lastPathComponent), line \(index + 1): \(line)")
            }
        }
        #expect(count > 30)
    }

    @Test("every link of the README, CONTRIBUTING and the changelog leads to a file")
    func links() throws {
        for name in ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
            let text = try String(
                contentsOf: Self.root.appendingPathComponent(name), encoding: .utf8)
            let targets =
                text.components(separatedBy: "](").dropFirst()
                .map { $0.components(separatedBy: ")")[0] }
                + text.components(separatedBy: "srcset=\"").dropFirst()
                .map { $0.components(separatedBy: "\"")[0] }
            for target in targets where !target.contains("://") && !target.hasPrefix("#") {
                let path = target.components(separatedBy: "#")[0]
                #expect(
                    FileManager.default.fileExists(
                        atPath: Self.root.appendingPathComponent(path).path),
                    "\(name) links to \(target)")
            }
        }
    }
}

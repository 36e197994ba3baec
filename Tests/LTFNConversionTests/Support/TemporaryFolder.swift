import Foundation

/// A directory that is removed with the last reference to it.
final class TemporaryFolder {
    private let url: URL

    init() {
        url = FileManager.default.temporaryDirectory
            .appendingPathComponent("ltfn-convert-\(UUID().uuidString)")
        try! FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func path(_ name: String) -> String {
        name.isEmpty ? url.path : url.appendingPathComponent(name).path
    }

    /// The names of all files, hidden ones too.
    var names: [String] {
        try! FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
    }

    func put(_ bytes: [UInt8], _ name: String) {
        try! Data(bytes).write(to: url.appendingPathComponent(name))
    }

    func get(_ name: String) -> [UInt8]? {
        (try? Data(contentsOf: url.appendingPathComponent(name))).map { [UInt8]($0) }
    }
}

import Foundation
import ProgramSupport

/// A directory that is removed with the last reference to it.
final class TemporaryDirectory {
    let url: URL

    init() {
        url = FileManager.default.temporaryDirectory
            .appendingPathComponent("ltfn-bytes-\(UUID().uuidString)")
        try! FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    var path: String { url.path }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    /// The names of all files, hidden ones too.
    var names: [String] {
        try! FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    func put(_ bytes: [UInt8], _ name: String) {
        try! Data(bytes).write(to: url.appendingPathComponent(name))
    }

    func chmod(_ name: String, _ bits: Int) {
        try! FileManager.default.setAttributes(
            [.posixPermissions: bits], ofItemAtPath: name.isEmpty ? path : path(name))
    }

    /// The permission bits of a file.
    func mode(_ name: String) -> Int? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path(name))
        return attributes?[.posixPermissions] as? Int
    }

    func symlink(_ target: String, _ name: String) {
        try! FileManager.default.createSymbolicLink(
            atPath: path(name), withDestinationPath: target)
    }

    /// Makes a named pipe and returns its path.
    func mkfifo(_ name: String) -> String {
        _ = Programs.run("/usr/bin/env", ["mkfifo", path(name)])
        return path(name)
    }

    /// The bytes of a file, read by Foundation.
    func get(_ name: String) -> [UInt8]? {
        (try? Data(contentsOf: url.appendingPathComponent(name))).map { [UInt8]($0) }
    }
}

extension Programs {
    static let saveProbe = product("SaveProbe")

    /// What a Python program prints, the oracle of many tests.
    static func python(_ source: String, _ arguments: [String] = []) -> String? {
        let result = run("/usr/bin/env", ["python3", "-c", source] + arguments)
        return result.status == 0 ? result.output : nil
    }
}

import Foundation

/// A folder that is removed with the last reference to it.
public final class TemporaryFolder: Sendable {
    public let url: URL

    public init() {
        url = FileManager.default.temporaryDirectory
            .appendingPathComponent("ltfn-tests-\(UUID().uuidString)")
        try! FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    public var path: String { url.path }

    public func path(_ name: String) -> String {
        name.isEmpty ? path : url.appendingPathComponent(name).path
    }

    /// The names of all files, hidden ones too.
    public var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }

    /// Writes a file with Foundation, and returns its path.
    @discardableResult
    public func write(_ bytes: [UInt8], _ name: String) throws -> String {
        try Data(bytes).write(to: url.appendingPathComponent(name))
        return path(name)
    }

    /// The bytes of a file, read by Foundation.
    public func read(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: url.appendingPathComponent(name)))
    }

    public func put(_ bytes: [UInt8], _ name: String) { try! write(bytes, name) }

    public func get(_ name: String) -> [UInt8]? { try? read(name) }

    public func makeFolder(_ name: String) {
        try! FileManager.default.createDirectory(
            at: url.appendingPathComponent(name), withIntermediateDirectories: true)
    }

    public func chmod(_ name: String, _ bits: Int) {
        try! FileManager.default.setAttributes(
            [.posixPermissions: bits], ofItemAtPath: path(name))
    }

    /// The permission bits of a file.
    public func mode(_ name: String) -> Int? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path(name))
        return attributes?[.posixPermissions] as? Int
    }

    public func symlink(_ target: String, _ name: String) {
        try! FileManager.default.createSymbolicLink(
            atPath: path(name), withDestinationPath: target)
    }

    /// Makes a named pipe and returns its path.
    public func mkfifo(_ name: String) -> String {
        _ = Programs.run("/usr/bin/env", ["mkfifo", path(name)])
        return path(name)
    }
}

import Foundation
import LTFNBytes
import LTFNFiles
import TestSupport
import Testing

/// What a file has besides its bytes, and who may give it away.
@Suite("Owners, attributes and folders for all") struct FileTraitsTests {
    private let directory = TemporaryFolder()
    private static let isRoot = geteuid() == 0
    /// A user who is nobody here.
    private static let stranger = 4242

    private func chown(_ name: String, _ user: Int, followingLinks: Bool = true) {
        let options = followingLinks ? [] : ["-h"]
        let path = name.isEmpty ? directory.path : directory.path(name)
        _ = Programs.run("/usr/bin/env", ["chown"] + options + ["\(user):\(user)", path])
    }

    private func owner(_ name: String) -> Int? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: directory.path(name))
        return (attributes?[.ownerAccountID] as? NSNumber)?.intValue
    }

    private func save(_ name: String, _ byte: UInt8 = 2) throws -> [String] {
        let writer = try DurableFileWriter(path: directory.path(name))
        try writer.write([byte])
        try writer.commit()
        return writer.notes
    }

    @Test("owner, group and mode of a replaced file are kept", .enabled(if: isRoot))
    func owners() throws {
        directory.put([1], "file")
        directory.chmod("file", 0o640)
        chown("file", Self.stranger)
        #expect(try save("file") == [])
        #expect(owner("file") == Self.stranger)
        #expect(directory.mode("file") == 0o640)
        #expect(directory.get("file") == [2])
    }

    @Test(
        "extended attributes of a replaced file are kept", .enabled(if: Programs.hasPython))
    func attributes() throws {
        directory.put([1], "file")
        let path = directory.path("file")
        let set = "import os,sys; os.setxattr(sys.argv[1], 'user.origin', b'a\\0b')"
        // Not every file system has them.
        guard Programs.python(set, [path]) != nil else { return }
        #expect(try save("file") == [])
        let get = "import os,sys; print(os.getxattr(sys.argv[1], 'user.origin'))"
        #expect(Programs.python(get, [path]) == "b'a\\x00b'\n")
    }

    @Test("other names of a replaced file are told of") func otherNames() throws {
        directory.put([1], "file")
        try FileManager.default.linkItem(
            atPath: directory.path("file"), toPath: directory.path("other"))
        let notes = try save("file")
        #expect(notes.count == 1)
        #expect(notes.first?.contains("hard links") == true)
        #expect(directory.get("other") == [1])
    }

    @Test("what is kept beside a file is as private as that") func beside() throws {
        directory.put([1], "model")
        directory.chmod("model", 0o600)
        for name in ["new", "newer"] {
            try DurableFileWriter(
                path: directory.path(name), asPrivateAs: directory.path("model")
            ).commit()
            #expect(directory.mode(name) == 0o600)
        }
        // A file that stands there already has its own say.
        directory.chmod("new", 0o644)
        try DurableFileWriter(
            path: directory.path("new"), asPrivateAs: directory.path("model")
        ).commit()
        #expect(directory.mode("new") == 0o644)
    }

    @Test(
        "what another user has put into a sticky folder for all is neither followed nor replaced",
        .enabled(if: isRoot), arguments: ["link", "file", "dangling"])
    func planted(name: String) throws {
        directory.chmod("", 0o1777)
        directory.put([1], "target")
        directory.put([1], "file")
        directory.symlink("target", "link")
        directory.symlink("none", "dangling")
        chown(name, Self.stranger, followingLinks: false)
        let before = directory.names
        let error = formatError { () throws(FormatError) in
            try DurableFileWriter(path: directory.path(name))
        }
        #expect(error?.operation == .create)
        #expect(error?.systemError == EACCES)
        #expect(error?.message.contains("another user") == true)
        #expect(directory.get("target") == [1])
        #expect(directory.names == before)
        // In a folder of one's own they are nobody's trap.
        directory.chmod("", 0o755)
        #expect(throws: Never.self) { _ = try save(name) }
    }

    @Test("what is one's own, or of the folder's owner, is followed", .enabled(if: isRoot))
    func own() throws {
        directory.chmod("", 0o1777)
        directory.put([1], "target")
        directory.symlink("target", "link")
        #expect(try save("link") == [])
        chown("", Self.stranger)
        chown("link", Self.stranger, followingLinks: false)
        #expect(try save("link", 3) == [])
        #expect(directory.get("target") == [3])
    }

    @Test(
        "a file that may not be replaced in a sticky folder leaves no second name there",
        .enabled(if: isRoot && Programs.exists("setpriv")))
    func leftNames() {
        directory.chmod("", 0o1777)
        directory.put([1], "file")
        directory.chmod("file", 0o666)
        let result = Programs.run(
            "/usr/bin/env",
            ["setpriv", "--reuid=\(Self.stranger)", "--regid=\(Self.stranger)", "--clear-groups"]
                + [Programs.probe, "write", directory.path("file"), "1000"])
        #expect(result.output.hasPrefix("io create \(EPERM) "), "\(result)")
        #expect(directory.names == ["file"])
        #expect(directory.get("file") == [1])
    }
}

import Foundation
import LTFNBytes
import LTFNFiles
import TestSupport
import Testing

@Suite("FileIdentity") struct FileIdentityTests {
    private let directory = TemporaryFolder()

    @Test("a file is one however it is spelled, and there or not") func spellings() {
        directory.put([1], "a")
        directory.put([1], "b")
        directory.symlink("a", "link")
        directory.symlink("none", "dangling")
        for (path, others) in [
            ("a", ["./a", "link", "../\(directory.url.lastPathComponent)/a"]),
            ("none", ["./none", "dangling"]),
        ] {
            for other in others {
                #expect(FileIdentity.same(directory.path(path), directory.path + "/" + other))
            }
        }
        for (path, other) in [("a", "b"), ("none", "nothing"), ("a", "none"), ("none", "link")] {
            #expect(!FileIdentity.same(directory.path(path), directory.path(other)))
        }
    }

    @Test("what is no regular file has no identity, and nothing is lost in it") func others() {
        let pipe = directory.mkfifo("pipe")
        for path in ["", "a\0b", "/dev/null", directory.path, pipe, directory.path("no/file")] {
            #expect(FileIdentity(path: path) == nil, "\(path)")
        }
        #expect(!FileIdentity.same("/dev/null", "/dev/../dev/null"))
        #expect(!FileIdentity.same(pipe, directory.path + "/./pipe"))
    }
}

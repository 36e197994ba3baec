import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import Testing

@Suite("The names of the members of npz files") struct NPZMemberNameTests {
    /// The names of the members of an archive that holds variables of these names.
    private func written(_ names: [String]) throws -> (members: [String], bytes: [UInt8]) {
        let specimen = try Specimen("names", names.map { try variable($0) })
        let sink = MemorySink()
        try NPZFormat().write(specimen.checkpoint, to: sink)
        // The names stand in the directory, after the fixed part of each entry.
        var members: [String] = []
        var position = sink.bytes.count - 22
        while position > 0, members.count < names.count {
            if sink.bytes[position...].starts(with: [0x50, 0x4B, 0x01, 0x02]) {
                let count = Int(sink.bytes[position + 28]) | Int(sink.bytes[position + 29]) << 8
                members.append(
                    String(decoding: sink.bytes[(position + 46)...].prefix(count), as: UTF8.self))
            }
            position -= 1
        }
        return (members, sink.bytes)
    }

    private func read(_ bytes: [UInt8]) throws -> [String] {
        try NPZFormat().open(MemorySource(bytes), limits: .standard).manifest.variables
            .map(\.name.string)
    }

    @Test(
        "a name that leads elsewhere is written as one that does not, and comes back",
        arguments: [
            ("../../tmp/x", "%2E%2E/%2E%2E/tmp/x"), ("/tmp/x", "%2Ftmp/x"), ("..", "%2E%2E"),
            (".", "%2E"), ("a/../b", "a/%2E%2E/b"), ("a/..", "a/%2E%2E"), ("./a", "%2E/a"),
            ("a//b", "a%2F%2Fb"), ("a/", "a%2F"), ("/", "%2F"), ("//", "%2F%2F"),
            ("..\\x", "..%5Cx"), ("\\\\host\\x", "%5C%5Chost%5Cx"), ("C:\\x", "C%3A%5Cx"),
            ("c:/x", "c%3A/x"), ("C:x", "C%3Ax"), ("C:", "C%3A"), (".. /x", "%2E%2E%20/x"),
            ("...", "%2E%2E%2E"), (" /x", "%20/x"), ("../%2E", "%2E%2E/%252E"),
            // What reads as a name that was written so is written once more.
            ("%2E%2E/x", "%252E%252E/x"), ("%252E%252E", "%25252E%25252E"),
        ])
    func harmful(name: String, member: String) throws {
        let (members, bytes) = try written([name])
        #expect(members == [member + ".npy"])
        #expect(try read(bytes) == [name])
    }

    @Test(
        "any other name stays as it is",
        arguments: [
            "layer1/weights", "w:0", "a:12", "layer/kernel:0", "a.b..c", "..a", "a b", "100%", "%",
            "%2", "%2e", "a%2Fb", "50%25", ".hidden", "größe", "😀", "a.npy", "CON", "~root",
        ])
    func harmless(name: String) throws {
        let (members, bytes) = try written([name])
        #expect(members == [name + ".npy"])
        #expect(try read(bytes) == [name])
    }

    @Test("every name comes back, whatever it is made of") func random() throws {
        let parts = ["%", "2E", "2F", "25", "5C", ".", "..", "/", "\\", ":", "C", "a", " ", "é"]
        var random = Random(seed: 12)
        var names: Set<String> = []
        for _ in 0..<3000 {
            names.insert((0...random.below(7)).map { _ in parts[random.below(14)] }.joined())
        }
        // NumPy looks for the suffix itself: such pairs are refused elsewhere.
        let sorted = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let (members, bytes) = try written(sorted)
        #expect(try read(bytes) == sorted)
        #expect(Set(members).count == sorted.count)
        for member in members {
            #expect(!member.utf8.contains(UInt8(ascii: "\\")))
            let parts = member.split(separator: "/", omittingEmptySubsequences: false)
            #expect(parts.allSatisfy { ![".", "..", ""].contains($0) }, "\(member)")
        }
    }

    @Test("names of foreign archives are what NumPy reads", arguments: ["a%2Fb", "%41", "x%2E"])
    func foreign(name: String) throws {
        let array = try Fixtures.bytes("numpy/float32.npy")
        let bytes = ZipBuilder([ZipBuilder.Member(name + ".npy", array)]).bytes
        #expect(try read(bytes) == [name])
    }
}

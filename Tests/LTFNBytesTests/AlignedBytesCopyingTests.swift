import LTFNBytes
import Testing

@Suite("Copying into and out of aligned bytes")
struct AlignedBytesCopyingTests {
    @Test("A range comes back as it was put, and nothing around it changes")
    func roundTrip() {
        var bytes = AlignedBytes(byteCount: 10)
        let shared = bytes
        bytes.replaceBytes(at: 3, with: [1, 2, 3])
        #expect(bytes.copy(of: 0..<10) == [0, 0, 0, 1, 2, 3, 0, 0, 0, 0])
        #expect(bytes.copy(of: 4..<6) == [2, 3])
        #expect(shared.copy(of: 0..<10) == Array(repeating: 0, count: 10))
    }

    @Test("Empty ranges are possible everywhere")
    func empty() {
        var bytes = AlignedBytes(byteCount: 0)
        bytes.replaceBytes(at: 0, with: [])
        #expect(bytes.copy(of: 0..<0) == [])
        var more = AlignedBytes(byteCount: 4)
        more.replaceBytes(at: 4, with: [])
        #expect(more.copy(of: 4..<4) == [])
    }
}

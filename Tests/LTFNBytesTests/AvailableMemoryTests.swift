import Foundation
import LTFNBytes
import Testing

@Suite("MemoryRoom") struct MemoryRoomTests {
    @Test("what no machine has is an error before it is allocated", arguments: [1 << 60, .max])
    func shortage(byteCount: Int) {
        let asked = formatError { () throws(FormatError) in try MemoryRoom.expect(byteCount) }
        let block = formatError { () throws(FormatError) in
            try AlignedBytes(reserving: byteCount)
        }
        for error in [asked, block] {
            #expect(error?.code == .io)
            #expect(error?.systemError == ENOMEM)
            #expect(error?.message.contains("Memory is short") == true)
        }
    }

    @Test("what is there is given, zeroed") func room() throws {
        try MemoryRoom.expect(0)
        try MemoryRoom.expect(1 << 20)
        let block = try AlignedBytes(reserving: 1 << 20)
        #expect(block.byteCount == 1 << 20)
        #expect(block.copy(of: 0..<block.byteCount).allSatisfy { $0 == 0 })
    }
}

import Foundation
import LTFNBytes
import TestSupport
import Testing

@Suite("AvailableMemory") struct AvailableMemoryTests {
    @Test("what no machine has is an error before it is allocated", arguments: [1 << 60, .max])
    func shortage(byteCount: Int) {
        let asked = formatError { () throws(FormatError) in try AvailableMemory.expect(byteCount) }
        let block = formatError { () throws(FormatError) in
            try AlignedBytes(reserving: byteCount)
        }
        for error in [asked, block] {
            #expect(error?.code == .io)
            #expect(error?.systemError == ENOMEM)
            #expect(error?.message.contains("Memory is short") == true)
        }
    }

    @Test("what is there is given, zeroed") func given() throws {
        try AvailableMemory.expect(0)
        try AvailableMemory.expect(1 << 20)
        let block = try AlignedBytes(reserving: 1 << 20)
        #expect(block.byteCount == 1 << 20)
        #expect(block.copy(of: 0..<block.byteCount).allSatisfy { $0 == 0 })
    }
}

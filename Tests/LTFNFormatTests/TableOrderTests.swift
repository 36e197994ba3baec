import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import Testing

@Suite("Chunks that stand in another order than in the table")
struct TableOrderTests {
    @Test("are read and verified, and written anew in the usual order (LTFN-R1 LTFN-A4)")
    func otherOrder() throws {
        let values = [UInt8](repeating: 1, count: 64) + [UInt8](repeating: 2, count: 64)
        let checkpoint = try Samples.single(.u8, [128], values)
        let usual = try write(checkpoint, options(chunk: 64))
        var parts = try #require(FileParts(splitting: usual))
        // Two constants of one byte, whose records of 24 bytes end the index, each with its offset
        // at 8.
        try #require(parts.chunks == [1, 2])
        parts.chunks.swapAt(0, 1)
        let table = parts.index.count - 48
        for byte in 8..<16 { parts.index.swapAt(table + byte, table + 24 + byte) }
        let file = parts.file
        #expect(file != usual)

        let reader = try NativeReader(MemorySource(file))
        try reader.verify()
        let (whole, slice) = (try reader.read(0), try reader.read(0, bytes: 60..<70))
        let (wholeBytes, sliceBytes) = (
            [UInt8](copying: whole.bytes.bytes), [UInt8](copying: slice.bytes)
        )
        #expect(wholeBytes == values)
        #expect(sliceBytes == Array(values[60..<70]))
        let index = try reader.index.encoded().bytes
        #expect(index == parts.index)
        let sink = MemorySink()
        try NativeFormat().write(load(file), to: sink)
        let again = try write(load(sink.bytes), options(chunk: 64))
        #expect(again == usual)
    }
}

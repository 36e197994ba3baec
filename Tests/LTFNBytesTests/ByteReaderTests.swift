import LTFNBytes
import TestSupport
import Testing

@Suite("ByteReader and ByteWriter") struct ByteReaderTests {
    @Test("numbers stand in little-endian order") func numbers() throws {
        // The bytes are those of Python's struct.pack("<BHIQqfd", …) and ">I".
        let bytes: [UInt8] =
            [0xFE, 0x34, 0x12, 0xEF, 0xBE, 0xAD, 0xDE]
            + [0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x81]
            + [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
            + [0x00, 0x00, 0xC0, 0xBF] + [0x18, 0x2D, 0x44, 0x54, 0xFB, 0x21, 0x09, 0x40]
            + [0x00, 0x00, 0x08, 0x03]
        var reader = ByteReader(bytes)
        #expect(try reader.u8() == 0xFE)
        #expect(try reader.u16() == 0x1234)
        #expect(try reader.u32() == 0xDEAD_BEEF)
        #expect(try reader.u64() == 0x8102_0304_0506_0708)
        #expect(try reader.i64() == -2)
        #expect(try reader.f32() == -1.5)
        #expect(try reader.f64() == Double.pi)
        #expect(try reader.u32BigEndian() == 2051)
        try reader.expectEnd()

        var writer = ByteWriter()
        writer.u8(0xFE)
        writer.u16(0x1234)
        writer.u32(0xDEAD_BEEF)
        writer.u64(0x8102_0304_0506_0708)
        writer.i64(-2)
        writer.f32(-1.5)
        writer.f64(Double.pi)
        writer.u32BigEndian(2051)
        #expect(writer.bytes == bytes)
    }

    @Test("NaN payloads and minus zero survive") func bitPatterns() throws {
        var writer = ByteWriter()
        writer.f32(Float(bitPattern: 0x7FA0_0001))
        writer.f64(-0.0)
        var reader = ByteReader(writer.bytes)
        #expect(try reader.f32().bitPattern == 0x7FA0_0001)
        #expect(try reader.f64().sign == .minus)
    }

    @Test("every read past the end is truncated, at its offset in the file")
    func truncation() throws {
        var reader = ByteReader([1, 2, 3], at: 1000, format: "idx")
        try reader.skip(1)
        let error = formatError { () throws(FormatError) in try reader.u32() }
        #expect(error?.code == .truncated)
        #expect(error?.offset == 1001)
        #expect(error?.format == "idx")
        #expect(reader.offset == 1001)
        #expect(reader.remaining == 2)
        #expect(formatError { () throws(FormatError) in try reader.u64() }?.code == .truncated)
        #expect(formatError { () throws(FormatError) in try reader.bytes(3) }?.code == .truncated)
        #expect(
            formatError { () throws(FormatError) in try reader.skip(Int.max) }?.code == .truncated)
        #expect(formatError { () throws(FormatError) in try reader.bytes(-1) }?.code == .corrupt)
        #expect(formatError { () throws(FormatError) in try reader.expectEnd() }?.code == .corrupt)
        #expect(try reader.bytes(2) == [2, 3])
        #expect(formatError { () throws(FormatError) in try reader.u8() }?.code == .truncated)
    }

    @Test("strings are strict UTF-8") func strings() throws {
        var reader = ByteReader(Array("aé€😀".utf8))
        #expect(try reader.string(10) == "aé€😀")
        let refused: [[UInt8]] = [
            [0x80], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
        ]
        for bytes in refused {
            var reader = ByteReader(bytes)
            let error = formatError { () throws(FormatError) in try reader.string(bytes.count) }
            #expect(error?.code == .corrupt)
        }
    }

    @Test("a subreader ends where it was told and keeps file offsets") func subreaders() throws {
        var reader = ByteReader([1, 2, 3, 4, 5], at: 10)
        try reader.skip(1)
        var inner = try reader.subreader(2)
        #expect(inner.offset == 11)
        #expect(try inner.u16() == 0x0302)
        #expect(formatError { () throws(FormatError) in try inner.u8() }?.offset == 13)
        #expect(try reader.u16() == 0x0504)
    }

    @Test("padding fills up to a multiple with zeros") func padding() {
        var writer = ByteWriter()
        writer.pad(toMultipleOf: 8)
        #expect(writer.count == 0)
        writer.string("é")
        writer.pad(toMultipleOf: 8)
        #expect(writer.bytes == [0xC3, 0xA9, 0, 0, 0, 0, 0, 0])
        writer.pad(toMultipleOf: 8)
        #expect(writer.count == 8)
    }
}

@Suite("CheckedSize") struct CheckedSizeTests {
    @Test("sums, products and alignment are exact or an error") func arithmetic() throws {
        #expect(try CheckedSize.add(UInt64.max - 1, 1) == UInt64.max)
        #expect(
            formatError { () throws(FormatError) in try CheckedSize.add(UInt64.max, 1) }?.code
                == .corrupt)
        #expect(try CheckedSize.multiply(1 << 32, 1 << 31) as UInt64 == 1 << 63)
        #expect(
            formatError { () throws(FormatError) -> UInt64 in
                try CheckedSize.multiply(1 << 32, 1 << 32, code: .limitExceeded)
            }?.code == .limitExceeded)
        #expect(try CheckedSize.alignUp(65, to: 64) == 128)
        #expect(try CheckedSize.alignUp(64, to: 64) == 64)
        #expect(try CheckedSize.alignUp(0, to: 64) == 0)
        #expect(
            formatError { () throws(FormatError) in try CheckedSize.alignUp(Int.max, to: 64) }?
                .code == .corrupt)
        #expect(
            formatError { () throws(FormatError) in try CheckedSize.alignUp(1, to: 0) }?.code
                == .corrupt)
        #expect(
            formatError { () throws(FormatError) in try CheckedSize.alignUp(Int.min, to: -1) }?
                .code == .corrupt)
    }

    @Test("a shape's product: empty, zeros, overflow") func products() throws {
        #expect(try CheckedSize.product(of: [Int]()) == 1)
        #expect(try CheckedSize.product(of: [3, 3, 32]) == 288)
        #expect(try CheckedSize.product(of: [Int.max, 2, 0, Int.max]) == 0)
        let overflow = formatError { () throws(FormatError) in
            try CheckedSize.product(of: [1 << 32, 1 << 31])
        }
        #expect(overflow?.code == .corrupt)
        // Wraps twice round to a small number: still an error.
        let wrapped = formatError { () throws(FormatError) -> UInt64 in
            try CheckedSize.product(of: [1 << 32, 1 << 32, 1])
        }
        #expect(wrapped?.code == .corrupt)
        let negative = formatError { () throws(FormatError) in try CheckedSize.product(of: [-1]) }
        #expect(negative?.code == .corrupt)
    }

    @Test("conversion to Int and limits") func conversion() throws {
        #expect(try CheckedSize.int(UInt64(7)) == 7)
        #expect(
            formatError { () throws(FormatError) in try CheckedSize.int(UInt64(1) << 63) }?.code
                == .corrupt)
        #expect(try CheckedSize.limited(5, to: 5, of: "a name") == 5)
        #expect(
            formatError { () throws(FormatError) in
                try CheckedSize.limited(6, to: 5, of: "a name")
            }?.code == .limitExceeded)
    }
}

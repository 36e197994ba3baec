import LTFNBytes
import LTFNDatasets
import TestSupport
import Testing

/// An IDX file of unsigned bytes: header and as many elements as `dimensions` say.
func idx(_ dimensions: [UInt32], elements: Int? = nil, type: UInt8 = 8) -> [UInt8] {
    var writer = ByteWriter()
    for byte in [0, 0, type, UInt8(dimensions.count)] { writer.u8(byte) }
    for dimension in dimensions { writer.u32BigEndian(dimension) }
    let count = elements ?? dimensions.reduce(1) { $0 * Int($1) }
    for index in 0..<count { writer.u8(UInt8(truncatingIfNeeded: index * 7)) }
    return writer.bytes
}

@Suite("IDX")
struct IDXTests {
    @Test("images are read with their sizes, row by row")
    func images() throws {
        let set = try ImageSet(idx: idx([3, 4, 5]))
        #expect(set.count == 3)
        #expect(set.height == 4)
        #expect(set.width == 5)
        #expect(set.pixels(of: 1).first == UInt8(truncatingIfNeeded: 20 * 7))
        #expect(set.pixels(of: 2).count == 20)
    }

    @Test("labels are read, and checked against the classes of a network")
    func labels() throws {
        let bytes = idx([4], elements: 0) + [3, 9, 0, 7]
        let set = try LabelSet(idx: bytes)
        #expect(set.count == 4)
        #expect(Array(set[1..<4]) == [9, 0, 7])
        #expect(set.maximum == 9)
        #expect(formatError { () throws(FormatError) in try set.check(classCount: 10) } == nil)
        let error = formatError { () throws(FormatError) in try set.check(classCount: 9) }
        #expect(error?.code == .corrupt)
        #expect(error?.message == "Label 1 is 9; the network has 9 classes, 0 to 8.")
        #expect(error?.offset == 9)
    }

    @Test("pixels become numbers the way the tutorial scales them: pixel × float32(1/255)")
    func scaling() throws {
        let set = try ImageSet(idx: idx([2, 2, 2]))
        let scale = Float(1.0 / 255)
        var bytes = AlignedBytes(byteCount: 16)
        var values = bytes.mutableFloats
        set.copy(1..<2, scale: scale, into: &values)
        for index in 0..<4 {
            #expect(bytes.floats[index] == Float(set.pixels(of: 1)[16 + 4 + index]) * scale)
        }
    }

    @Test("every truncation and every byte too many is an error that says so")
    func lengths() throws {
        let whole = idx([3, 4, 5])
        for count in 0..<whole.count {
            let error = try #require(
                formatError { () throws(FormatError) in
                    try ImageSet(idx: Array(whole[..<count]))
                })
            #expect(error.code == (count < 4 ? .notThisFormat : .truncated))
        }
        for extra in 1...64 {
            let error = formatError { () throws(FormatError) in
                try ImageSet(idx: whole + [UInt8](repeating: 0, count: extra))
            }
            #expect(error?.code == .corrupt)
        }
        let error = formatError { () throws(FormatError) in
            try ImageSet(idx: Array(whole.dropLast()))
        }
        #expect(
            error?.message
                == "The header says 3 × 4 × 5 images, which take 60 bytes; 59 follow it. "
                + "The file was cut off: fetch it again.")
    }

    @Test("every number in the header may be anything", arguments: IDXContent.allCases)
    func numbers(content: IDXContent) {
        let values: [UInt32] = [
            0, 1, 2, 3, 4, 6, 0x7F, 0x80, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
        ]
        let good: [UInt32] = content == .images ? [3, 4, 5] : [60]
        for axis in good.indices {
            for value in values where value != good[axis] {
                var dimensions = good
                dimensions[axis] = value
                let bytes = idx(dimensions, elements: 60)
                let error =
                    content == .images
                    ? formatError { () throws(FormatError) in try ImageSet(idx: bytes) }
                    : formatError { () throws(FormatError) in try LabelSet(idx: bytes) }
                #expect(error != nil, "dimension \(axis) = \(value)")
            }
        }
        for rank in 0...255 where rank != content.rank {
            var bytes = idx(good)
            bytes[3] = UInt8(rank)
            let error =
                content == .images
                ? formatError { () throws(FormatError) in try ImageSet(idx: bytes) }
                : formatError { () throws(FormatError) in try LabelSet(idx: bytes) }
            #expect(error?.code == .notThisFormat)
        }
    }

    @Test("elements of another type are named")
    func otherTypes() {
        let error = formatError { () throws(FormatError) in
            try ImageSet(idx: idx([1, 2, 2], type: 13))
        }
        #expect(error?.code == .unsupportedFeature)
        #expect(error?.message.contains("float32 (0D)") == true)
        let unknown = formatError { () throws(FormatError) in
            try ImageSet(idx: idx([1, 2, 2], type: 10))
        }
        #expect(unknown?.code == .notThisFormat)
    }

    @Test("labels in place of images are called that, and the other way round")
    func mixedUp() {
        let images = formatError { () throws(FormatError) in try ImageSet(idx: idx([60])) }
        #expect(images?.message.hasPrefix("This is a file of labels in place of images") == true)
        let labels = formatError { () throws(FormatError) in try LabelSet(idx: idx([3, 4, 5])) }
        #expect(labels?.message.hasPrefix("This is a file of images in place of labels") == true)
    }

    @Test(
        "what is not IDX is called by its name",
        arguments: [
            ("", "an empty file"), ("<!DOCTYPE html><html>", "an HTML page"),
            ("\n  <html lang=\"en\">", "an HTML page"),
            ("<?xml version=\"1.0\"?>", "an XML document"),
            ("{\"error\": 404}", "text"),
            ("version https://git-lfs.github.com", "a Git LFS pointer"),
            ("PK\u{3}\u{4}", "a zip archive"), ("%PDF-1.7", "a PDF document"),
            ("\0\0\0\0\0\0\0\0", "nothing but zero bytes"), ("GIF89a", "a GIF picture"),
            (" \n \n", "nothing but blanks"),
            ("\u{1}\u{2}\u{3}\u{4}\u{5}", "an unknown kind (01 02"),
        ])
    func foreign(content: String, name: String) {
        let error = formatError { () throws(FormatError) in try ImageSet(idx: Array(content.utf8)) }
        #expect(error?.code == .notThisFormat)
        #expect(error?.message.contains(name) == true, "\(error?.message ?? "")")
    }

    @Test("a PNG picture in place of images is called that")
    func picture() {
        let error = formatError { () throws(FormatError) in
            try ImageSet(idx: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13])
        }
        #expect(error?.message.hasPrefix("Found a PNG picture; expected IDX images") == true)
    }

    @Test("images and labels must be as many")
    func counts() throws {
        let images = try ImageSet(idx: idx([3, 4, 5]))
        let labels = try LabelSet(idx: idx([4]))
        let error = formatError { () throws(FormatError) in
            try LabelledImages(images: images, labels: labels)
        }
        #expect(error?.code == .corrupt)
        #expect(error?.message.hasPrefix("Found 3 images and 4 labels") == true)
    }
}

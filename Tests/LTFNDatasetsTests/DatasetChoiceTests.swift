import Foundation
import LTFNBytes
import LTFNDatasets
import TestSupport
import Testing

@Suite("Which of several files is taken")
struct DatasetChoiceTests {
    /// Labels as an IDX file.
    private func labels(_ classes: [UInt8]) -> [UInt8] {
        idx([UInt32(classes.count)], elements: 0) + classes
    }

    private func packed(_ bytes: [UInt8]) -> [UInt8] { Deflate.compress(bytes, framing: .gzip) }

    @Test("labels that differ are told, and which of them were taken")
    func differing() throws {
        let folder = TemporaryFolder()
        let images = try folder.write(idx([3, 2, 2]), "test-images.idx")
        let first = try folder.write(labels([0, 1, 2]), "test-labels.idx")
        try folder.write(packed(labels([2, 1, 0])), "test-labels.idx.gz")
        let sample = try ImageSample(at: images)
        #expect(sample.labelFile?.path == first)
        #expect(sample.remarks.count == 1)
        let remark = try #require(sample.remarks.first)
        #expect(remark.hasPrefix("\(first) and \(first).gz differ (SHA-256 "))
        #expect(remark.contains("; \(first) was taken."))
    }

    @Test("labels that say the same under several names are no remark")
    func same() throws {
        let folder = TemporaryFolder()
        let images = try folder.write(idx([3, 2, 2]), "test-images.idx")
        try folder.write(labels([0, 1, 2]), "test-labels.idx")
        try folder.write(packed(labels([0, 1, 2])), "t10k-labels-idx1-ubyte.gz")
        #expect(try ImageSample(at: images).remarks == [])
    }

    @Test("old labels before those that are known to belong to the images are passed by, and told")
    func known() throws {
        let folder = TemporaryFolder()
        let digits = SyntheticDigits().test()
        let images = try folder.write(digits.images.idx, "t10k-images-idx3-ubyte")
        let old = try folder.write(
            labels([UInt8](repeating: 0, count: digits.count)), "t10k-labels-idx1-ubyte")
        let right = try folder.write(packed(digits.labels.idx), "t10k-labels-idx1-ubyte.gz")
        let sample = try ImageSample(at: images)
        #expect(sample.labelFile?.path == right)
        #expect(sample.labelFile?.identity?.name == "drawn test labels")
        #expect(sample.remarks.count == 1)
        #expect(sample.remarks.first?.hasPrefix("\(right) and \(old) differ") == true)

        let named = try ImageSample(at: images, labels: old)
        #expect(named.remarks.first?.contains("not the labels published with them") == true)

        try FileManager.default.removeItem(atPath: right)
        let alone = try ImageSample(at: images)
        #expect(alone.labelFile?.path == old)
        #expect(alone.remarks.count == 1)
        #expect(
            alone.remarks.first?.hasPrefix(
                "The images are drawn test images, but \(old) are not the labels published with them"
            )
                == true)
    }

    @Test("a damaged file beside a whole one is passed by, and told")
    func damaged() throws {
        let folder = TemporaryFolder()
        let images = try folder.write(idx([3, 2, 2]), "test-images.idx")
        let cut = try folder.write(Array(labels([0, 1, 2]).dropLast()), "test-labels.idx")
        let whole = try folder.write(packed(labels([0, 1, 2])), "test-labels.idx.gz")
        let sample = try ImageSample(at: images)
        #expect(sample.labelFile?.path == whole)
        #expect(sample.remarks.count == 1)
        #expect(sample.remarks.first?.hasPrefix("\(cut) cannot be used: ") == true)
        #expect(sample.remarks.first?.hasSuffix("\(whole) is whole and was taken.") == true)

        try FileManager.default.removeItem(atPath: whole)
        let error = formatError { () throws(FormatError) in try ImageSample(at: images) }
        #expect(error?.code == .truncated && error?.path == cut)
    }

    @Test("a damaged file that was named is an error, which tells of the whole one beside it")
    func named() throws {
        let folder = TemporaryFolder()
        let cut = try folder.write(Array(idx([3, 2, 2]).dropLast()), "test-images.idx")
        let other = try folder.write(packed(idx([3, 2, 2])), "test-images.idx.gz")
        let error = formatError { () throws(FormatError) in try ImageSample(at: cut) }
        #expect(error?.code == .truncated && error?.path == cut)
        #expect(error?.message.hasSuffix("\(other) beside it is whole: give that.") == true)
        let images = try ImageSample(at: other)
        #expect(images.imageFile.path == other)
    }

    @Test("a folder of four files is told of the same way")
    func folder() throws {
        let folder = TemporaryFolder()
        for (name, count) in [("train", 4), ("test", 3)] {
            try folder.write(idx([UInt32(count), 2, 2]), "\(name)-images.idx")
            try folder.write(labels([UInt8](0..<UInt8(count))), "\(name)-labels.idx")
        }
        try folder.write(packed(idx([4, 2, 2], elements: 0)), "train-images.idx.gz")
        try folder.write(packed(labels([3, 2, 1, 0])), "train-labels.idx.gz")
        let dataset = try Dataset(directory: folder.path)
        #expect(dataset.remarks.count == 2)
        #expect(dataset.remarks.first?.contains("train-images.idx.gz cannot be used") == true)
        #expect(dataset.remarks.last?.contains("train-labels.idx.gz differ") == true)
    }
}

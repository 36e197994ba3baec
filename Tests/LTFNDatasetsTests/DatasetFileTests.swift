import Foundation
import LTFNBytes
import LTFNDatasets
import Testing

/// A directory that is removed when the test is done.
final class Scratch {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("ltfn-datasets-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ bytes: [UInt8], _ name: String) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
        return path + "/" + name
    }
}

private func gzip(_ bytes: [UInt8]) -> [UInt8] { Deflate.compress(bytes, framing: .gzip) }

@Suite("Files of a data set")
struct DatasetFileTests {
    /// The four files under names of one spelling each, some packed.
    private func small(_ scratch: Scratch, testLabels: Int = 5) throws {
        _ = try scratch.write(idx([24, 4, 4]), "train-images.idx3-ubyte")
        _ = try scratch.write(gzip(idx([24])), "train-labels-idx1-ubyte.gz")
        _ = try scratch.write(idx([5, 4, 4]), "test-images.idx")
        _ = try scratch.write(idx([UInt32(testLabels)]), "t10k-labels-idx1-ubyte")
    }

    @Test("gzip is told by content: packed without .gz, and unpacked with it")
    func byContent() throws {
        let scratch = try Scratch()
        let packed = try scratch.write(gzip(idx([2, 4, 4])), "packed")
        let plain = try scratch.write(idx([2, 4, 4]), "plain.gz")
        let (a, fileA) = try DatasetFile.images(at: packed)
        let (b, fileB) = try DatasetFile.images(at: plain)
        #expect(a.idx == b.idx)
        #expect(fileA.identity == fileB.identity)
        #expect(fileA.path == packed)
    }

    @Test("the four files are found in any mixture of spellings")
    func directory() throws {
        let scratch = try Scratch()
        #expect(!Dataset.isPresent(in: scratch.path))
        try small(scratch)
        #expect(Dataset.isPresent(in: scratch.path))
        let dataset = try Dataset(directory: scratch.path)
        #expect(dataset.training.count == 24)
        #expect(dataset.test.count == 5)
        #expect(dataset.files.count == 4)
        #expect(dataset.files[.testImages]?.path == scratch.path + "/test-images.idx")
    }

    @Test("a missing file, a missing directory and a file in place of a directory are open errors")
    func missing() throws {
        let scratch = try Scratch()
        try small(scratch)
        try FileManager.default.removeItem(atPath: scratch.path + "/t10k-labels-idx1-ubyte")
        let part = failure { () throws(FormatError) in try Dataset(directory: scratch.path) }
        #expect(part?.code == .io && part?.operation == .open)
        #expect(part?.message.hasPrefix("There are no test labels here") == true)
        let none = failure { () throws(FormatError) in
            try Dataset(directory: scratch.path + "/none")
        }
        #expect(none?.code == .io && none?.operation == .open)
        let file = failure { () throws(FormatError) in
            try Dataset(directory: scratch.path + "/test-images.idx")
        }
        #expect(file?.code == .io && file?.operation == .open)
    }

    @Test("files that do not belong together are refused, naming the file")
    func mismatch() throws {
        let scratch = try Scratch()
        try small(scratch, testLabels: 6)
        let counts = failure { () throws(FormatError) in try Dataset(directory: scratch.path) }
        #expect(counts?.code == .corrupt)
        #expect(counts?.path == scratch.path + "/t10k-labels-idx1-ubyte")
        try small(scratch)
        _ = try scratch.write(idx([5, 4, 5]), "test-images.idx")
        let sizes = failure { () throws(FormatError) in try Dataset(directory: scratch.path) }
        #expect(sizes?.message.hasPrefix("The test images are 4×5") == true)
    }

    @Test("labels under the name of images are refused: the content counts, not the name")
    func labelsAsImages() throws {
        let scratch = try Scratch()
        let path = try scratch.write(gzip(idx([24])), "train-images-idx3-ubyte.gz")
        let error = failure { () throws(FormatError) in try DatasetFile.images(at: path) }
        #expect(error?.path == path)
        #expect(error?.message.hasPrefix("This is a file of labels in place of images") == true)
    }

    @Test("a gzip of something else, a gzip in a gzip")
    func packedOthers() throws {
        let scratch = try Scratch()
        let page = try scratch.write(gzip(Array("<html></html>".utf8)), "a.gz")
        let html = failure { () throws(FormatError) in try DatasetFile.images(at: page) }
        #expect(html?.message.contains("an HTML page") == true)
        let twice = try scratch.write(gzip(gzip(idx([1, 1, 1]))), "b.gz")
        let double = failure { () throws(FormatError) in try DatasetFile.images(at: twice) }
        #expect(double?.message.contains("another gzip inside the gzip") == true)
    }

    @Test("every truncation of a gzip is an error, and one says it was cut off")
    func truncatedGzip() throws {
        let scratch = try Scratch()
        let packed = gzip(idx([3, 4, 5]))
        for count in 0..<packed.count {
            let path = try scratch.write(Array(packed[..<count]), "cut.gz")
            let error = failure { () throws(FormatError) in try DatasetFile.images(at: path) }
            #expect(error != nil, "\(count) bytes")
        }
        let path = try scratch.write(Array(packed[..<30]), "cut.gz")
        let error = failure { () throws(FormatError) in try DatasetFile.images(at: path) }
        #expect(error?.code == .truncated)
        #expect(error?.message == "The gzip file was cut off after 30 bytes; fetch it again.")
    }

    @Test("a file that unpacks to more than is allowed, or than its header promises, is refused")
    func bomb() throws {
        let scratch = try Scratch()
        let large = try scratch.write(gzip(idx([100, 100, 100])), "large.gz")
        let padded = idx([1, 2, 2]) + [UInt8](repeating: 0, count: 1_000_000)
        let bomb = try scratch.write(gzip(padded), "bomb.gz")
        let zeros = try scratch.write(gzip([UInt8](repeating: 0, count: 1_000_000)), "zeros.gz")
        for (path, code) in [
            (large, FormatError.Code.limitExceeded), (bomb, .corrupt), (zeros, .notThisFormat),
        ] {
            let error = failure { () throws(FormatError) in
                try DatasetFile.images(at: path, byteLimit: 100_000)
            }
            #expect(error?.code == code)
        }
    }

    @Test("labels stand beside their images under another spelling, or not at all")
    func siblings() throws {
        let scratch = try Scratch()
        try small(scratch)
        let found = try ImageSample(at: scratch.path + "/test-images.idx")
        #expect(found.labelFile?.path == scratch.path + "/t10k-labels-idx1-ubyte")
        let alone = try scratch.write(idx([1, 2, 2]), "digits.bin")
        #expect(try ImageSample(at: alone).labels == nil)
    }
}

let mnistDirectory = ProcessInfo.processInfo.environment["LTFN_DATA_DIR"]

@Suite("Real MNIST", .enabled(if: mnistDirectory != nil, "LTFN_DATA_DIR is not set"))
struct MNISTTests {
    @Test("the official files are recognized by the SHA-256 of their unpacked bytes")
    func identity() throws {
        let dataset = try Dataset(directory: #require(mnistDirectory))
        #expect(dataset.training.count == 60_000)
        #expect(dataset.test.count == 10_000)
        #expect(dataset.files[.trainingImages]?.identity?.name == "MNIST training images")
        #expect(dataset.files[.trainingLabels]?.identity?.name == "MNIST training labels")
        #expect(dataset.files[.testImages]?.identity?.name == "MNIST test images")
        #expect(dataset.files[.testLabels]?.identity?.name == "MNIST test labels")
        // The first test image is a 7.
        #expect(dataset.test.labels[0] == 7)
    }
}

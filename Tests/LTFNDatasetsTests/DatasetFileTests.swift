import Foundation
import LTFNBytes
import LTFNDatasets
import TestSupport
import Testing

private func gzip(_ bytes: [UInt8]) -> [UInt8] { Deflate.compress(bytes, framing: .gzip) }

@Suite("Files of a data set")
struct DatasetFileTests {
    /// The four files under names of one spelling each, some packed.
    private func small(_ folder: TemporaryFolder, testLabels: Int = 5) throws {
        try folder.write(idx([24, 4, 4]), "train-images.idx3-ubyte")
        try folder.write(gzip(idx([24])), "train-labels-idx1-ubyte.gz")
        try folder.write(idx([5, 4, 4]), "test-images.idx")
        try folder.write(idx([UInt32(testLabels)]), "t10k-labels-idx1-ubyte")
    }

    @Test("gzip is told by content: packed without .gz, and unpacked with it")
    func byContent() throws {
        let folder = TemporaryFolder()
        let packed = try folder.write(gzip(idx([2, 4, 4])), "packed")
        let plain = try folder.write(idx([2, 4, 4]), "plain.gz")
        let (a, fileA) = try DatasetFile.images(at: packed)
        let (b, fileB) = try DatasetFile.images(at: plain)
        #expect(a.idx == b.idx)
        #expect(fileA.identity == fileB.identity)
        #expect(fileA.path == packed)
    }

    @Test("the four files are found in any mixture of spellings")
    func directory() throws {
        let folder = TemporaryFolder()
        #expect(!Dataset.isPresent(in: folder.path))
        try small(folder)
        #expect(Dataset.isPresent(in: folder.path))
        let dataset = try Dataset(directory: folder.path)
        #expect(dataset.training.count == 24)
        #expect(dataset.test.count == 5)
        #expect(dataset.files.count == 4)
        #expect(dataset.files[.testImages]?.path == folder.path + "/test-images.idx")
    }

    @Test("a missing file, a missing directory and a file in place of a directory are open errors")
    func missing() throws {
        let folder = TemporaryFolder()
        try small(folder)
        try FileManager.default.removeItem(atPath: folder.path + "/t10k-labels-idx1-ubyte")
        let part = formatError { () throws(FormatError) in try Dataset(directory: folder.path) }
        #expect(part?.code == .io && part?.operation == .open)
        #expect(part?.message.hasPrefix("There are no test labels here") == true)
        let none = formatError { () throws(FormatError) in
            try Dataset(directory: folder.path + "/none")
        }
        #expect(none?.code == .io && none?.operation == .open)
        let file = formatError { () throws(FormatError) in
            try Dataset(directory: folder.path + "/test-images.idx")
        }
        #expect(file?.code == .io && file?.operation == .open)
    }

    @Test("files that do not belong together are refused, naming the file")
    func mismatch() throws {
        let folder = TemporaryFolder()
        try small(folder, testLabels: 6)
        let counts = formatError { () throws(FormatError) in try Dataset(directory: folder.path) }
        #expect(counts?.code == .corrupt)
        #expect(counts?.path == folder.path + "/t10k-labels-idx1-ubyte")
        try small(folder)
        try folder.write(idx([5, 4, 5]), "test-images.idx")
        let sizes = formatError { () throws(FormatError) in try Dataset(directory: folder.path) }
        #expect(sizes?.message.hasPrefix("The test images are 4×5") == true)
    }

    @Test("labels under the name of images are refused: the content counts, not the name")
    func labelsAsImages() throws {
        let folder = TemporaryFolder()
        let path = try folder.write(gzip(idx([24])), "train-images-idx3-ubyte.gz")
        let error = formatError { () throws(FormatError) in try DatasetFile.images(at: path) }
        #expect(error?.path == path)
        #expect(error?.message.hasPrefix("This is a file of labels in place of images") == true)
    }

    @Test("a gzip of something else, a gzip in a gzip")
    func packedOthers() throws {
        let folder = TemporaryFolder()
        let page = try folder.write(gzip(Array("<html></html>".utf8)), "a.gz")
        let html = formatError { () throws(FormatError) in try DatasetFile.images(at: page) }
        #expect(html?.message.contains("an HTML page") == true)
        let twice = try folder.write(gzip(gzip(idx([1, 1, 1]))), "b.gz")
        let double = formatError { () throws(FormatError) in try DatasetFile.images(at: twice) }
        #expect(double?.message.contains("another gzip inside the gzip") == true)
    }

    @Test("every truncation of a gzip is an error, and one says it was cut off")
    func truncatedGzip() throws {
        let folder = TemporaryFolder()
        let packed = gzip(idx([3, 4, 5]))
        for count in 0..<packed.count {
            let path = try folder.write(Array(packed[..<count]), "cut.gz")
            let error = formatError { () throws(FormatError) in try DatasetFile.images(at: path) }
            #expect(error != nil, "\(count) bytes")
        }
        let path = try folder.write(Array(packed[..<30]), "cut.gz")
        let error = formatError { () throws(FormatError) in try DatasetFile.images(at: path) }
        #expect(error?.code == .truncated)
        #expect(error?.message == "The gzip file was cut off after 30 bytes; fetch it again.")
    }

    @Test("a file that unpacks to more than is allowed, or than its header promises, is refused")
    func bomb() throws {
        let folder = TemporaryFolder()
        let large = try folder.write(gzip(idx([100, 100, 100])), "large.gz")
        let padded = idx([1, 2, 2]) + [UInt8](repeating: 0, count: 1_000_000)
        let bomb = try folder.write(gzip(padded), "bomb.gz")
        let zeros = try folder.write(gzip([UInt8](repeating: 0, count: 1_000_000)), "zeros.gz")
        for (path, code) in [
            (large, FormatError.Code.limitExceeded), (bomb, .corrupt), (zeros, .notThisFormat),
        ] {
            let error = formatError { () throws(FormatError) in
                try DatasetFile.images(at: path, byteLimit: 100_000)
            }
            #expect(error?.code == code)
        }
    }

    @Test("labels stand beside their images under another spelling, or not at all")
    func siblings() throws {
        let folder = TemporaryFolder()
        try small(folder)
        let found = try ImageSample(at: folder.path + "/test-images.idx")
        #expect(found.labelFile?.path == folder.path + "/t10k-labels-idx1-ubyte")
        let alone = try folder.write(idx([1, 2, 2]), "digits.bin")
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

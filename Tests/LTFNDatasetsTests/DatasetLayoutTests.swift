import Foundation
import LTFNBytes
import LTFNDatasets
import TestSupport
import Testing

@Suite("Where data sets lie")
struct DatasetLayoutTests {
    /// Writes four files into `folder`, whose names begin with `prefix`.
    private func put(
        _ scratch: TemporaryFolder, _ folder: String, _ prefix: String = "", test: String = "t10k"
    ) throws {
        try FileManager.default.createDirectory(
            atPath: scratch.path + "/" + folder, withIntermediateDirectories: true)
        for (name, count) in [("train", 6), (test, 3)] {
            let base = folder + "/" + prefix + name
            try scratch.write(idx([UInt32(count), 2, 2]), base + "-images-idx3-ubyte")
            try scratch.write(idx([UInt32(count)]), base + "-labels-idx1-ubyte")
        }
    }

    @Test(
        "torchvision's and Keras' folders are known, from the top down",
        arguments: [
            ("MNIST/raw", ""), ("FashionMNIST/raw", ""), ("KMNIST/raw", ""),
            ("EMNIST/raw", "emnist-letters-"), ("EMNIST/raw/gzip", "emnist-byclass-"),
            ("QMNIST/raw", "qmnist-"), ("fashion-mnist", ""),
        ])
    func folders(folder: String, prefix: String) throws {
        let scratch = TemporaryFolder()
        try put(scratch, folder, prefix, test: prefix.isEmpty ? "t10k" : "test")
        var path = scratch.path
        for step in [""] + folder.split(separator: "/").map(String.init) {
            path += step.isEmpty ? "" : "/" + step
            // `data/EMNIST/raw/gzip` is two steps below what torchvision calls its root.
            if path == scratch.path, folder.hasSuffix("gzip") { continue }
            let dataset = try Dataset(directory: path)
            #expect(dataset.training.count == 6 && dataset.test.count == 3, "\(path)")
            #expect(try ImageSample(at: path).images.count == 3)
            #expect(try ImageSample(at: path).labels?.count == 3)
        }
    }

    @Test("of several data sets none is taken; each can be named")
    func several() throws {
        let scratch = TemporaryFolder()
        try put(scratch, "EMNIST/raw", "emnist-letters-", test: "test")
        try put(scratch, "EMNIST/raw", "emnist-digits-", test: "test")
        try put(scratch, "EMNIST/raw")
        let folder = scratch.path + "/EMNIST/raw"
        let error = formatError { () throws(FormatError) in try Dataset(directory: folder) }
        #expect(error?.code == .notThisFormat)
        let names = ["train-images-idx3-ubyte", "emnist-digits", "emnist-letters"]
            .map { folder + "/" + $0 }
        for name in names {
            #expect(error?.message.contains(name) == true, "\(name)")
            let dataset = try Dataset(directory: name)
            #expect(dataset.files[.testLabels]?.path?.hasPrefix(folder) == true)
        }
        let letters = try Dataset(directory: names[2])
        #expect(
            letters.files[.testImages]?.path == folder + "/emnist-letters-test-images-idx3-ubyte")
        // Two folders of torchvision.
        try put(scratch, "MNIST/raw")
        let two = formatError { () throws(FormatError) in try Dataset(directory: scratch.path) }
        #expect(two?.message.contains("MNIST/raw") == true)
    }

    @Test("EMNIST is said to store its images with rows and columns exchanged")
    func transposed() throws {
        let scratch = TemporaryFolder()
        try put(scratch, "raw", "emnist-digits-", test: "test")
        let sample = try ImageSample(
            at: scratch.path + "/raw/emnist-digits-test-images-idx3-ubyte")
        #expect(sample.labels?.count == 3)
        #expect(sample.remarks.count == 1)
        #expect(sample.remarks.first?.contains("rows and columns exchanged") == true)
        #expect(try Dataset(directory: scratch.path).remarks.count == 1)
    }

    @Test("labels that count from 1 are said to when a network has one class too few")
    func letters() throws {
        let labels = try LabelSet(idx: idx([3], elements: 0) + [1, 26, 5])
        let error = formatError { () throws(FormatError) in try labels.check(classCount: 26) }
        #expect(error?.message.contains("These labels count from 1") == true)
        #expect(formatError { () throws(FormatError) in try labels.check(classCount: 27) } == nil)
    }

    @Test("of QMNIST's labels the first of eight columns is the class")
    func extended() throws {
        let scratch = TemporaryFolder()
        try scratch.write(idx([3, 2, 2]), "qmnist-train-images-idx3-ubyte")
        var file = extendedLabels([7, 2, 1])
        let path = try scratch.write(
            Deflate.compress(file, framing: .gzip), "qmnist-train-labels-idx2-int.gz")
        let sample = try ImageSample(at: scratch.path + "/qmnist-train-images-idx3-ubyte")
        #expect(sample.labelFile?.path == path)
        let labels = try #require(sample.labels)
        #expect(Array(labels[0..<3]) == [7, 2, 1])
        // The identity of the same classes in a file of their own.
        let alone = try LabelSet(idx: idx([3], elements: 0) + [7, 2, 1])
        #expect(labels.identity == alone.identity)

        for count in 0..<file.count {
            let cut = try scratch.write(Array(file[..<count]), "cut")
            #expect(
                formatError { () throws(FormatError) in try DatasetFile.labels(at: cut) } != nil)
        }
        for (offset, byte) in [(12, UInt8(1)), (4, 255), (8, 255), (7, 0), (11, 0)] {
            var damaged = file
            damaged[offset] = byte
            let wrong = try scratch.write(damaged, "wrong")
            #expect(
                formatError { () throws(FormatError) in try DatasetFile.labels(at: wrong) } != nil)
        }
        file.append(0)
        let longer = try scratch.write(file, "longer")
        let error = formatError { () throws(FormatError) in try DatasetFile.labels(at: longer) }
        #expect(error?.code == .corrupt)
    }

    private func extendedLabels(_ classes: [UInt32]) -> [UInt8] {
        var writer = ByteWriter()
        writer.append([0, 0, 0x0C, 2])
        for number in [UInt32(classes.count), 8] { writer.u32BigEndian(number) }
        for number in classes {
            for column in [number, 4, 2100, 3, 30 + number, 12345, 0, 0] {
                writer.u32BigEndian(column)
            }
        }
        return writer.bytes
    }

    @Test("an archive gives each part under Keras' name, or its only array")
    func archive() throws {
        let scratch = TemporaryFolder()
        let path = try scratch.write([0x50, 0x4B, 0x03, 0x04], "mnist.npz")
        let archives = ArrayArchives { _, names, _ throws(FormatError) in
            let isImages = names[0].hasPrefix("x")
            let count = names[0].hasSuffix("train") ? 6 : 3
            return (
                names[0], isImages ? [count, 2, 2, 1] : [count],
                [UInt8](repeating: 1, count: isImages ? 4 * count : count)
            )
        }
        for place in [path, scratch.path] {
            let dataset = try Dataset(directory: place, archives: archives)
            #expect(dataset.training.count == 6 && dataset.test.count == 3)
            #expect(dataset.files[.trainingLabels]?.member == "y_train")
            let sample = try ImageSample(at: place, archives: archives)
            #expect(sample.imageFile.place == path + ", x_test")
            #expect(sample.labelFile?.place == path + ", y_test")
            // As if it had been an IDX file.
            let same = try ImageSet(
                idx: idx([3, 2, 2], elements: 0) + [UInt8](repeating: 1, count: 12))
            #expect(sample.imageFile.identity == same.identity)
        }
        let error = formatError { () throws(FormatError) in try DatasetFile.images(at: path) }
        #expect(error?.message.contains("a zip archive") == true)
    }

    @Test("an array of another shape is an error, whatever the shape")
    func shapes() throws {
        let scratch = TemporaryFolder()
        let path = try scratch.write([0x50, 0x4B, 0x03, 0x04], "a.npz")
        for shape in [[], [3], [3, 4], [0, 2, 2], [3, 2, 2, 3], [1 << 40, 0, 0]] {
            let archives = ArrayArchives { _, _, _ throws(FormatError) in ("a", shape, []) }
            let error = formatError { () throws(FormatError) in
                try DatasetFile.images(at: path, archives: archives)
            }
            #expect(error?.code == .corrupt, "\(shape)")
        }
    }
}

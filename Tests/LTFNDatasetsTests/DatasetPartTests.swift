import LTFNDatasets
import Testing

@Suite("File names")
struct DatasetPartTests {
    @Test("every spelling in use is among the names of its part")
    func spellings() {
        for ending in ["", ".gz"] {
            let test = Set(DatasetPart.testImages.fileNames)
            for name in ["t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte", "test-images.idx"] {
                #expect(test.contains(name + ending))
            }
            #expect(DatasetPart.testLabels.fileNames.contains("t10k-labels-idx1-ubyte" + ending))
            #expect(
                DatasetPart.trainingImages.fileNames.contains("train-images.idx3-ubyte" + ending))
            #expect(DatasetPart.trainingLabels.fileNames.contains("train-labels.idx" + ending))
        }
    }

    @Test("no name belongs to two parts")
    func distinct() {
        let all = DatasetPart.allCases.flatMap(\.fileNames)
        #expect(Set(all).count == all.count)
    }

    @Test(
        "the labels of a file of images are first looked for under the likeliest name",
        arguments: [
            ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
            ("t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte"),
            ("test-images.idx", "test-labels.idx"),
            ("my-images.gz", "my-labels.gz"),
            ("images/of-images", "images/of-labels"),
        ])
    func siblings(images: String, labels: String) {
        #expect(DatasetPart.labelNames(forImages: images).first == labels)
    }

    @Test(
        "labels are also found under another spelling, packed or not, and never under the images' name"
    )
    func otherSpellings() {
        let names = DatasetPart.labelNames(forImages: "test-images.idx")
        #expect(names.contains("t10k-labels-idx1-ubyte.gz"))
        #expect(names.contains("test-labels.idx.gz"))
        #expect(!names.contains("test-images.idx"))
        #expect(Set(names).count == names.count)
        #expect(DatasetPart.labelNames(forImages: "digits.bin").isEmpty)
    }
}

import LTFNDatasets
import Testing

@Suite("Synthetic digits")
struct SyntheticDigitsTests {
    @Test("the same images whatever their number, and others for another seed")
    func deterministic() {
        let few = SyntheticDigits(seed: 7).training(count: 20)
        let more = SyntheticDigits(seed: 7).training(count: 30)
        let other = SyntheticDigits(seed: 8).training(count: 20)
        for index in 0..<20 {
            #expect(few.images.pixels(of: index) == more.images.pixels(of: index))
            #expect(few.labels[index] == more.labels[index])
        }
        #expect(few.images.idx != other.images.idx)
    }

    @Test("the 10,000 test images of seed 1 are known by their digest, so they never change")
    func pinned() {
        let digits = SyntheticDigits().test()
        #expect(digits.images.identity.name == "drawn test images")
        #expect(digits.labels.identity.name == "drawn test labels")
    }

    @Test("training and test images are different ones")
    func disjoint() {
        let training = SyntheticDigits().training(count: 200)
        let test = SyntheticDigits().test(count: 200)
        let seen = Set((0..<200).map { Array(training.images.pixels(of: $0)) })
        #expect(seen.count == 200)
        #expect((0..<200).allSatisfy { !seen.contains(Array(test.images.pixels(of: $0))) })
    }

    @Test(
        "all ten digits come about equally often, 28×28, with ink in the middle and none at the edge"
    )
    func looks() {
        let digits = SyntheticDigits().test(count: 1_000)
        #expect(digits.images.height == 28 && digits.images.width == 28)
        var counts = [Int](repeating: 0, count: 10)
        for index in 0..<1_000 {
            counts[Int(digits.labels[index])] += 1
            let pixels = Array(digits.images.pixels(of: index))
            let ink = pixels.count { $0 > 128 }
            #expect((15...250).contains(ink), "image \(index) has \(ink) bright pixels")
            let edge = (0..<28).count { pixels[$0] > 128 || pixels[27 * 28 + $0] > 128 }
            #expect(edge == 0, "image \(index) touches the edge")
        }
        #expect(counts.allSatisfy { (65...140).contains($0) }, "\(counts)")
    }
}

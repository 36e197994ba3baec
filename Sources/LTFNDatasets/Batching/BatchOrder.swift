/// The images of each step, in file order or shuffled.
///
/// Shuffled, every image comes once in an epoch, and a batch may reach over into the next epoch.
/// The order of an epoch depends on nothing but the seed and the epoch's number, so a step's images
/// can be told without those of the steps before.
public struct BatchOrder: Sendable {
    public let schedule: BatchSchedule
    /// nil: in file order.
    public let shuffleSeed: UInt64?
    /// The order of the epoch that was asked for last.
    private var epoch = -1
    private var shuffled: [Int] = []

    public init(_ schedule: BatchSchedule, shuffleSeed: UInt64? = nil) {
        self.schedule = schedule
        self.shuffleSeed = shuffleSeed
    }

    /// The first stream of the shuffle: "SHUFFLE" in ASCII. Epoch i has the i-th after it.
    private static let firstStream: UInt64 = 0x5348_5546_464C_4500

    /// Where a step begins: the first image's place in the files, or shuffled in its epoch.
    public func position(step: Int) -> Int {
        guard shuffleSeed != nil else { return schedule.batch(step: step).lowerBound }
        return place(step).offset
    }

    /// The images of a step, the first step being 0, by their place in the files.
    ///
    /// Complexity: O(batch), at the first step of an epoch O(images).
    public mutating func images(step: Int) -> [Int] {
        guard let shuffleSeed else { return Array(schedule.batch(step: step)) }
        var (number, offset) = place(step)
        var result: [Int] = []
        while result.count < schedule.batchSize {
            if number != epoch {
                shuffled = Self.order(schedule.examples, shuffleSeed, epoch: number)
                epoch = number
            }
            result += shuffled[offset...].prefix(schedule.batchSize - result.count)
            (number, offset) = (number + 1, 0)
        }
        return result
    }

    private func place(_ step: Int) -> (epoch: Int, offset: Int) {
        let product = step.multipliedFullWidth(by: schedule.batchSize)
        let place = schedule.examples.count.dividingFullWidth(product)
        return (place.quotient, place.remainder)
    }

    /// Fisher and Yates's shuffle (Durstenfeld 1964).
    private static func order(_ images: Range<Int>, _ seed: UInt64, epoch: Int) -> [Int] {
        var random = CounterRandom(
            seed: seed, stream: firstStream &+ UInt64(truncatingIfNeeded: epoch))
        var order = Array(images)
        for last in order.indices.dropFirst().reversed() {
            order.swapAt(last, random.below(last + 1))
        }
        return order
    }
}

extension LabelledImages {
    /// The pixels, one image after the other, and the classes of some images.
    public func batch(_ images: [Int]) -> (pixels: [UInt8], labels: [UInt8]) {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(images.count * self.images.pixelCount)
        for image in images { pixels += self.images.pixels(of: image) }
        return (pixels, images.map { labels[$0] })
    }
}

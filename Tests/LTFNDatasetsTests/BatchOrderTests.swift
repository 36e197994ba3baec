import LTFNDatasets
import Testing

@Suite("The order of the images")
struct BatchOrderTests {
    @Test("in file order the batches are the schedule's")
    func fileOrder() throws {
        let schedule = try #require(BatchSchedule(imageCount: 100, batchSize: 7))
        var order = BatchOrder(schedule)
        for step in [0, 1, 2, 50, 1000] {
            #expect(order.images(step: step) == Array(schedule.batch(step: step)))
            #expect(order.position(step: step) == schedule.batch(step: step).lowerBound)
        }
    }

    @Test("shuffled, every epoch has every image once, in an order of its own")
    func epochs() throws {
        for (count, size) in [(100, 7), (36, 33), (13, 12), (120, 10), (1, 1)] {
            let schedule = try #require(BatchSchedule(imageCount: count, batchSize: size))
            var order = BatchOrder(schedule, shuffleSeed: 3)
            let images = schedule.examples.count
            var all: [Int] = []
            var step = 0
            while all.count < 4 * images {
                #expect(order.position(step: step) == all.count % images)
                all += order.images(step: step)
                #expect(all.count == (step + 1) * size)
                step += 1
            }
            let epochs = (0..<4).map { Array(all[$0 * images..<($0 + 1) * images]) }
            for epoch in epochs { #expect(epoch.sorted() == Array(schedule.examples)) }
            if images > 20 { #expect(Set(epochs).count == 4) }
        }
    }

    @Test("a step's images depend on the seed and the step alone")
    func stateless() throws {
        let schedule = try #require(BatchSchedule(imageCount: 200, batchSize: 30))
        var forward = BatchOrder(schedule, shuffleSeed: 8)
        let steps = (0..<20).map { forward.images(step: $0) }
        for step in (0..<20).reversed() {
            var fresh = BatchOrder(schedule, shuffleSeed: 8)
            #expect(fresh.images(step: step) == steps[step])
            #expect(forward.images(step: step) == steps[step])
        }
        var other = BatchOrder(schedule, shuffleSeed: 9)
        #expect(other.images(step: 0) != steps[0])
    }

    @Test("every place of the shuffle is as likely for every image")
    func uniformity() throws {
        let schedule = try #require(BatchSchedule(imageCount: 8, batchSize: 8))
        var counts = [[Int]](repeating: [Int](repeating: 0, count: 8), count: 8)
        for seed in 0..<8_000 {
            var order = BatchOrder(schedule, shuffleSeed: UInt64(seed))
            for (place, image) in order.images(step: 0).enumerated() { counts[image][place] += 1 }
        }
        // Mean 1,000, σ = 29.6; five σ for 64 counts.
        #expect(counts.joined().allSatisfy { abs($0 - 1_000) < 150 })
    }
}

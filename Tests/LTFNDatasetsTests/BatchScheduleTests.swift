import LTFNDatasets
import Testing

@Suite("Batches")
struct BatchScheduleTests {
    @Test("the tutorial's order: 5,000 set aside, offset (step · 100) mod 54,900")
    func tutorial() throws {
        let schedule = try #require(BatchSchedule(imageCount: 60_000, batchSize: 100))
        #expect(schedule.heldOut == 0..<5_000)
        #expect(schedule.examples == 5_000..<60_000)
        for step in [0, 1, 548, 549, 550, 4_999, 1_000_000_007] {
            let offset = (step * 100) % (55_000 - 100)
            #expect(schedule.batch(step: step) == 5_000 + offset..<5_100 + offset)
        }
    }

    @Test("every batch lies among the examples, whatever the sizes")
    func bounds() throws {
        for (count, size) in [(1, 1), (12, 11), (13, 3), (100, 92), (1_000, 7)] {
            let schedule = try #require(BatchSchedule(imageCount: count, batchSize: size))
            for step in [0, 1, 2, 3, 99, Int.max] {
                let batch = schedule.batch(step: step)
                #expect(batch.count == size)
                #expect(schedule.examples.lowerBound <= batch.lowerBound)
                #expect(batch.upperBound <= schedule.examples.upperBound)
            }
        }
    }

    @Test("there is no schedule for empty or oversized batches")
    func impossible() {
        #expect(BatchSchedule(imageCount: 60_000, batchSize: 0) == nil)
        #expect(BatchSchedule(imageCount: 60_000, batchSize: -1) == nil)
        #expect(BatchSchedule(imageCount: 60_000, batchSize: 55_001) == nil)
        #expect(BatchSchedule(imageCount: 60_000, batchSize: 55_000) != nil)
        #expect(BatchSchedule(imageCount: 0, batchSize: 1) == nil)
    }
}

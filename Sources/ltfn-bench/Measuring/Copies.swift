import LTFNParallel
import Synchronization

/// The same work several times at once, each on a thread and with memory of its own.
struct Copies {
    // Each is used by one thread at a time.
    private nonisolated(unsafe) let works: [Work]

    init(of benchmark: Benchmark, count: Int, _ settings: BenchmarkSettings) throws {
        unsafe works = try (0..<count).map { _ in try benchmark.prepare(settings) }
    }

    /// - Returns: the rates of all copies, added.
    func sample() throws -> Sample {
        let results = Mutex<[Result<Sample, any Error>]>([])
        let count = unsafe works.count
        Parallelism(threadCount: count).forEach(count) { number in
            let result = Result { try unsafe works[number].sample() }
            results.withLock { $0.append(result) }
        }
        let rate = try results.withLock { try $0.reduce(0) { try $0 + $1.get().rate } }
        return Sample(seconds: 1, work: rate)
    }
}

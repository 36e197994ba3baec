import LTFNParallel
import Synchronization
import Testing

@Suite("Parallelism") struct ParallelismTests {
    @Test("every part runs once, also in parts of parts", arguments: [1, 2, 7])
    func parts(threads: Int) {
        let parallelism = Parallelism(threadCount: threads)
        for count in [0, 1, 2, 100] {
            let runs = Mutex([Int](repeating: 0, count: count))
            parallelism.forEach(count) { outer in
                parallelism.forEach(3) { _ in runs.withLock { $0[outer] += 1 } }
            }
            #expect(runs.withLock { $0 } == [Int](repeating: 3, count: count))
        }
    }

    @Test("workers do one job after another") func jobs() {
        let parallelism = Parallelism(threadCount: 4)
        let sum = Atomic<Int>(0)
        for _ in 0..<1000 {
            parallelism.forEach(4) { sum.add($0, ordering: .relaxed) }
        }
        #expect(sum.load(ordering: .relaxed) == 6000)
    }
}

import Dispatch
import Foundation
import LTFNParallel
import Synchronization
import Testing

@Suite("Ordered jobs")
struct OrderedJobsTests {
    /// Some work whose length depends on the number.
    private static func work(_ number: Int) -> Int {
        (0..<(number * 7919) % 20_000).reduce(number) { $0 &* 31 &+ $1 }
    }

    @Test("Results come in the order of the jobs", arguments: [0, 1, 2, 3, 8])
    func order(threadCount: Int) {
        let jobs = OrderedJobs<Int>(threadCount: threadCount)
        var found: [Int] = []
        for number in 0..<3000 {
            if number % 7 == 0 {
                jobs.add(done: Self.work(number))
            } else {
                jobs.add { Self.work(number) }
            }
            while let result = jobs.count < 10 ? jobs.takeIfDone() : jobs.take() {
                found.append(result)
            }
        }
        while let result = jobs.take() { found.append(result) }
        #expect(found == (0..<3000).map(Self.work))
        #expect(jobs.count == 0 && jobs.take() == nil)
    }

    @Test("One thread runs a job when its result is taken, and no sooner")
    func alone() {
        let count = Counting()
        let jobs = OrderedJobs<Int>(threadCount: 1)
        let isDone = DispatchSemaphore(value: 0)
        for _ in 0..<3 {
            jobs.add {
                isDone.signal()
                return count.next()
            }
        }
        // Time enough for another thread, if there were one.
        #expect(isDone.wait(timeout: .now() + 0.3) == .timedOut)
        #expect(jobs.takeIfDone() == nil)
        #expect(jobs.take() == 0)
        #expect(count.value == 1)
    }

    @Test("Threads that have run out of jobs come back for more")
    func comeBack() throws {
        let jobs = OrderedJobs<Int>(threadCount: 2)
        for number in 0..<50 {
            let isDone = DispatchSemaphore(value: 0)
            jobs.add {
                isDone.signal()
                return number
            }
            // Nobody asks for the result: only another thread can run the job.
            try #require(isDone.wait(timeout: .now() + 30) == .success)
            #expect(jobs.take() == number)
            // Time enough for that thread to find nothing more to do.
            usleep(2000)
        }
    }

    @Test("No more jobs run at the same time than there are threads")
    func limit() {
        let (running, most) = (Counting(), Counting())
        let jobs = OrderedJobs<Void>(threadCount: 2)
        for _ in 0..<200 {
            jobs.add {
                most.raise(to: running.next() + 1)
                // Long enough for another thread to begin, even on one core.
                usleep(1000)
                running.back()
            }
        }
        while jobs.take() != nil {}
        #expect(most.value <= 2)
    }
}

private final class Counting: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    func next() -> Int {
        count.withLock { count in
            defer { count += 1 }
            return count
        }
    }

    func back() { count.withLock { $0 -= 1 } }

    func raise(to value: Int) { count.withLock { $0 = max($0, value) } }
}

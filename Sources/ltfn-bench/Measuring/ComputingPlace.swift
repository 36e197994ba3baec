import LTFNKernels
import LTFNParallel

/// What computes: an instruction set on a number of threads.
struct ComputingPlace: Hashable, Sendable, CustomStringConvertible {
    var instructionSet: InstructionSet
    var threadCount: Int

    /// `avx512/2-threads`
    var description: String { "\(instructionSet.rawValue)/\(threads(threadCount))" }

    var parallelism: Parallelism { Parallelism(threadCount: threadCount) }

    /// What the benchmarks that name no place run on.
    static func selected(_ settings: BenchmarkSettings) -> ComputingPlace {
        ComputingPlace(instructionSet: .selected, threadCount: settings.threadCount)
    }

    /// Every instruction set of the machine, on one thread and on all that are asked for.
    static func all(_ settings: BenchmarkSettings) -> [ComputingPlace] {
        InstructionSet.supported.reversed().flatMap { set in
            threadCounts(settings).map { ComputingPlace(instructionSet: set, threadCount: $0) }
        }
    }
}

/// One, and as many as are asked for.
func threadCounts(_ settings: BenchmarkSettings) -> [Int] {
    settings.threadCount == 1 ? [1] : [1, settings.threadCount]
}

/// `1-thread`, `2-threads`
func threads(_ count: Int) -> String { count == 1 ? "1-thread" : "\(count)-threads" }

extension Benchmark {
    /// The same work on one thread, if this is on more.
    func onOneThread(among all: [Benchmark]) -> Benchmark? {
        guard name.hasSuffix("-threads"), let end = name.lastIndex(of: "/") else { return nil }
        return all.first { $0.name == name[..<end] + "/" + threads(1) }
    }
}

/// The most operations a second that each place has reached so far.
final class Peaks {
    private var rates: [ComputingPlace: Double] = [:]

    /// Floating-point operations a second: one more try, and the best of all, since nothing is
    /// faster than it can be.
    func rate(_ place: ComputingPlace) -> Double {
        let best = max(rates[place] ?? 0, Self.sample(place).rate)
        rates[place] = best
        return best
    }

    static func sample(_ place: ComputingPlace) -> Sample {
        let parallelism = place.parallelism
        var count = 0
        let seconds = measure {
            count = PeakArithmetic.run(
                rounds: 4_000_000, parallelism: parallelism, instructionSet: place.instructionSet)
        }
        return Sample(seconds: seconds, work: Double(count))
    }
}

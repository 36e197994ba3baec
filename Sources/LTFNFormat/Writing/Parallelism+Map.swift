import LTFNParallel
import Synchronization

extension Parallelism {
    /// `transform(0)` … `transform(count - 1)`, in that order.
    func map<Result: Sendable>(
        _ count: Int, _ transform: @Sendable (Int) -> Result
    ) -> [Result] {
        let results = Mutex([Result?](repeating: nil, count: count))
        forEach(count) { number in
            let result = transform(number)
            results.withLock { $0[number] = result }
        }
        return results.withLock { $0.compactMap { $0 } }
    }
}

import Synchronization

/// Scratch memory that no thread uses at the moment.
final class ScratchPool<Scratch: Sendable>: Sendable {
    private let free = Mutex<[Scratch]>([])
    private let make: @Sendable () -> Scratch

    /// - Parameter make: makes one when all are in use.
    init(_ make: @escaping @Sendable () -> Scratch) {
        self.make = make
    }

    func take() -> Scratch {
        free.withLock { $0.popLast() } ?? make()
    }

    func putBack(_ scratch: Scratch) {
        free.withLock { $0.append(scratch) }
    }
}

import Synchronization

/// Tools that no thread uses at the moment.
final class Toolbox<Tool: Sendable>: Sendable {
    private let tools = Mutex<[Tool]>([])
    private let make: @Sendable () -> Tool

    /// - Parameter make: makes a tool when all are in use.
    init(_ make: @escaping @Sendable () -> Tool) {
        self.make = make
    }

    func take() -> Tool {
        tools.withLock { $0.popLast() } ?? make()
    }

    func putBack(_ tool: Tool) {
        tools.withLock { $0.append(tool) }
    }
}

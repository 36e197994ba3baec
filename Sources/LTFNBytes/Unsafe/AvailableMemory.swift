/// Whether the operating system would still give memory.
///
/// A failed allocation ends a Swift process. So whoever is about to allocate as much as a file or
/// an option says asks here first, and gets an error that can be told.
public enum AvailableMemory {
    /// What is left for all that is too small to be asked for.
    public static let reserveByteCount = 12 << 20

    /// What is smaller the reserve is for.
    static let smallByteCount = 1 << 16

    /// Machines without limits refuse only what is far beyond them.
    private static let largeByteCount = 64 << 20

    /// Makes sure that `byteCount` bytes can be allocated, and the reserve be left.
    ///
    /// - Throws: `io`, before anything is allocated. Only that another thread allocates meanwhile
    ///   can make it untrue: the reserve is for that, too.
    public static func expect(_ byteCount: Int) throws(FormatError) {
        guard byteCount >= smallByteCount else { return }
        guard isLimited || byteCount >= largeByteCount else { return }
        let (sum, overflow) = byteCount.addingReportingOverflow(reserveByteCount)
        guard !overflow, SystemMemory.canAllocate(sum) else { throw shortage(byteCount) }
    }

    /// Whether `byteCount` bytes can be allocated, and the reserve be left.
    package static func allows(_ byteCount: Int) -> Bool {
        do throws(FormatError) {
            try expect(byteCount)
            return true
        } catch {
            return false
        }
    }

    /// Makes sure that the reserve is there. Commands call this first, before there are threads.
    ///
    /// - Throws: `io`.
    public static func expectReserve() throws(FormatError) {
        guard isLimited else { return }
        guard SystemMemory.canAllocate(reserveByteCount) else { throw shortage(reserveByteCount) }
        SystemMemory.shareHeap()
    }

    private static let isLimited = SystemMemory.hasMemoryLimit

    static func shortage(_ byteCount: Int) -> FormatError {
        FormatError(
            .io, systemError: SystemError.noMemory,
            "Memory is short: \(NumberText.grouped(max(byteCount, 0))) more bytes are needed. Raise the "
                + "limit (ulimit -v), or use a machine with more.")
    }
}

extension AvailableMemory {
    /// What is allocated in pieces that are too small to be asked for one by one.
    public struct Tally: Sendable {
        private static let stepByteCount = 1 << 20
        private var pending = 0

        public init() {}

        /// Counts a piece of `byteCount` bytes (and what every block on the heap costs beside).
        ///
        /// - Throws: `io` when memory is short.
        public mutating func add(_ byteCount: Int) throws(FormatError) {
            pending += byteCount + 48
            guard pending >= Self.stepByteCount else { return }
            try AvailableMemory.expect(pending)
            pending = 0
        }
    }
}

extension Array {
    /// Makes room for one more element, at least twice as much when there is none.
    ///
    /// - Throws: `io` when memory is short.
    package mutating func makeRoomForOne() throws(FormatError) {
        guard count == capacity else { return }
        let wanted = Swift.max(4, 2 * capacity)
        try AvailableMemory.expect(wanted * MemoryLayout<Element>.stride)
        reserveCapacity(wanted)
    }
}

extension Set {
    /// Makes room for one more element, at least twice as much when there is none.
    ///
    /// - Throws: `io` when memory is short.
    package mutating func makeRoomForOne() throws(FormatError) {
        guard count == capacity else { return }
        let wanted = Swift.max(4, 2 * capacity)
        // A table of places is filled to three quarters at most, and has a power of two of them.
        try AvailableMemory.expect(3 * wanted * MemoryLayout<Element>.stride)
        reserveCapacity(wanted)
    }
}

extension [UInt8] {
    /// Makes room for more bytes, at least twice as many as there are.
    ///
    /// - Throws: `io` when memory is short.
    package mutating func makeRoom(forMore byteCount: Int) throws(FormatError) {
        guard byteCount > capacity - count else { return }
        let wanted = Swift.max(count + byteCount, 2 * capacity)
        try AvailableMemory.expect(wanted)
        reserveCapacity(wanted)
    }
}

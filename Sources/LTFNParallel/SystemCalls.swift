#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What this target asks of the operating system. Its one file that spells `unsafe`.
enum SystemCalls {
    /// Address space for the stack of a thread; what is not touched takes no memory.
    private static let stackByteCount = 1 << 21

    /// Runs `body` on a new thread, which nobody waits for.
    ///
    /// - Returns: false where the operating system gives no thread.
    static func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
        // Not `pthread_attr_t()`: which module its initializer belongs to depends on what else is
        // imported.
        unsafe withUnsafeTemporaryAllocation(of: pthread_attr_t.self, capacity: 1) { memory in
            guard let attributes = memory.baseAddress else { return false }
            guard unsafe pthread_attr_init(attributes) == 0 else { return false }
            defer { unsafe pthread_attr_destroy(attributes) }
            unsafe pthread_attr_setdetachstate(attributes, Int32(PTHREAD_CREATE_DETACHED))
            unsafe pthread_attr_setstacksize(attributes, stackByteCount)
            let box = unsafe Unmanaged.passRetained(ThreadBody(body)).toOpaque()
            #if canImport(Darwin)
                var thread: pthread_t?
            #else
                var thread = pthread_t()
            #endif
            guard unsafe pthread_create(&thread, attributes, runThread, box) == 0 else {
                unsafe Unmanaged<ThreadBody>.fromOpaque(box).release()
                return false
            }
            return true
        }
    }
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}

#if canImport(Darwin)
    private typealias ThreadArgument = UnsafeMutableRawPointer
#else
    private typealias ThreadArgument = UnsafeMutableRawPointer?
#endif

private func runThread(_ argument: ThreadArgument) -> UnsafeMutableRawPointer? {
    #if canImport(Darwin)
        let pointer = unsafe argument
    #else
        guard let pointer = unsafe argument else { return nil }
    #endif
    unsafe Unmanaged<ThreadBody>.fromOpaque(pointer).takeRetainedValue().run()
    return nil
}

// The processors, and what the process may use of them.
extension SystemCalls {
    static var onlineCoreCount: Int { sysconf(Int32(_SC_NPROCESSORS_ONLN)) }

    static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }

    /// The text of a file that the kernel makes up; nil when it cannot be read.
    static func text(ofFileAt path: String) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < 4 << 20 {
            let count = unsafe read(descriptor, &piece, piece.count)
            guard count >= 0 else { return nil }
            if count == 0 { break }
            bytes += piece.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

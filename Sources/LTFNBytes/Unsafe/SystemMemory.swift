import CSystem

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What is asked of the operating system about memory.
enum SystemMemory {
    /// Whether the process may have only so much memory (`ulimit -v`, `ulimit -d`).
    static var hasMemoryLimit: Bool {
        var limit = rlimit()
        for resource in [RLIMIT_AS, RLIMIT_DATA] {
            #if canImport(Glibc)
                let number = __rlimit_resource_t(resource.rawValue)
            #else
                let number = resource
            #endif
            // "No limit" is this or more.
            if unsafe getrlimit(number, &limit) == 0, limit.rlim_cur < UInt64(Int64.max) {
                return true
            }
        }
        return false
    }

    /// Lets all threads allocate from one heap: one of its own would take 64 MiB of address space
    /// for each of them.
    static func shareHeap() {
        #if canImport(Glibc)
            mallopt(M_ARENA_MAX, 1)
        #endif
    }

    /// Whether as many bytes would be given now. None are taken.
    static func canAllocate(_ byteCount: Int) -> Bool {
        let start = unsafe mmap(
            nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
        guard let start = unsafe start, Int(bitPattern: start) != -1 else { return false }
        unsafe munmap(start, byteCount)
        return true
    }
}

import LTFNBytes

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What the commands ask of the operating system. The one file here that spells `unsafe`.
enum SystemCalls {
    /// Writes all of `bytes`.
    ///
    /// - Returns: 0, or the error number.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        unsafe bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
                #if canImport(Darwin)
                    let count = unsafe Darwin.write(descriptor, rest.baseAddress, rest.count)
                #elseif canImport(Musl)
                    let count = unsafe Musl.write(descriptor, rest.baseAddress, rest.count)
                #else
                    let count = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
                #endif
                if count < 0 {
                    if errno == EINTR { continue }
                    return errno
                }
                written += count
            }
            return 0
        }
    }

    static let brokenPipe = EPIPE
    static let isDirectory = EISDIR

    static func isTerminal(_ descriptor: Int32) -> Bool {
        isatty(descriptor) == 1
    }

    /// The columns of a terminal, where it tells.
    static func columnCount(_ descriptor: Int32) -> Int? {
        var size = winsize()
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return Int(size.ws_col)
    }

    /// The value of an environment variable, which may be a path (`PathText`).
    static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe PathText.text(bytes(value))
    }

    /// The arguments of this process, any of which may be a path (`PathText`).
    static var arguments: [String] {
        (1..<max(1, Int(CommandLine.argc))).compactMap { index in
            guard let argument = unsafe CommandLine.unsafeArgv[index] else { return nil }
            return unsafe PathText.text(bytes(argument))
        }
    }

    private static func bytes(_ text: UnsafePointer<CChar>) -> [UInt8] {
        var bytes: [UInt8] = []
        var next = unsafe text
        while unsafe next.pointee != 0 {
            unsafe bytes.append(UInt8(bitPattern: next.pointee))
            unsafe next += 1
        }
        return bytes
    }

    static func describe(error number: Int32) -> String {
        guard let text = unsafe strerror(number) else { return "error \(number)" }
        return unsafe String(cString: text)
    }

    /// Lets the process open as many files at once as it may ask for: a set has one for each part,
    /// and a shell gives 1,024 at first, macOS 256.
    static func allowManyFiles() {
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0 else { return }
        // macOS refuses more than OPEN_MAX, whatever its limit says.
        limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 10_240))
        unsafe setrlimit(resource, &limit)
    }

    static func exit(_ status: Int32) -> Never {
        #if canImport(Darwin)
            Darwin.exit(status)
        #elseif canImport(Musl)
            Musl.exit(status)
        #else
            Glibc.exit(status)
        #endif
    }

    /// Ends the process at once, whatever other threads are doing.
    static func quit(_ status: Int32) -> Never {
        _exit(status)
    }

    /// Hands every SIGINT, SIGTERM and SIGHUP from now on to `handler`, on a thread of its own,
    /// where it may do anything; no other thread is interrupted.
    ///
    /// Call it before any other thread is started: threads inherit what is blocked.
    ///
    /// - Returns: whether it could be set up.
    static func watchStopSignals(_ handler: @escaping @Sendable (Int32) -> Void) -> Bool {
        var signals = stopSignals()
        guard unsafe pthread_sigmask(SIG_BLOCK, &signals, nil) == 0 else { return false }

        let box = unsafe Unmanaged.passRetained(SignalHandler(handler)).toOpaque()
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        let result = unsafe pthread_create(&thread, nil, waitForSignals, box)
        guard result == 0 else {
            unsafe Unmanaged<SignalHandler>.fromOpaque(box).release()
            unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
            return false
        }
        return true
    }
}

/// The signals that ask to stop. One that `nohup` has told the process to ignore is none of them.
private func stopSignals() -> sigset_t {
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGINT)
    unsafe sigaddset(&signals, SIGTERM)
    if !isIgnored(SIGHUP) { unsafe sigaddset(&signals, SIGHUP) }
    return signals
}

private func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    guard unsafe sigaction(signal, nil, &action) == 0 else { return false }
    #if canImport(Darwin)
        let handler = unsafe action.__sigaction_u.__sa_handler
    #elseif canImport(Musl)
        let handler = unsafe action.__sa_handler.sa_handler
    #else
        let handler = unsafe action.__sigaction_handler.sa_handler
    #endif
    return unsafe unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
}

private final class SignalHandler: Sendable {
    let body: @Sendable (Int32) -> Void

    init(_ body: @escaping @Sendable (Int32) -> Void) {
        self.body = body
    }
}

#if canImport(Darwin)
    private typealias ThreadArgument = UnsafeMutableRawPointer
#else
    private typealias ThreadArgument = UnsafeMutableRawPointer?
#endif

private func waitForSignals(_ argument: ThreadArgument) -> UnsafeMutableRawPointer? {
    #if canImport(Darwin)
        let pointer = unsafe argument
    #else
        guard let pointer = unsafe argument else { return nil }
    #endif
    let handler = unsafe Unmanaged<SignalHandler>.fromOpaque(pointer).takeRetainedValue()
    var signals = stopSignals()
    while true {
        var number: Int32 = 0
        if unsafe sigwait(&signals, &number) == 0 { handler.body(number) }
    }
}

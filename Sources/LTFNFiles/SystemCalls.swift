import CSystem
import LTFNBytes

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The calls whose names would be taken for methods.
private enum Platform {
    #if canImport(Glibc)
        static let read = unsafe Glibc.read
        static let write = unsafe Glibc.write
        static let close = Glibc.close
    #elseif canImport(Musl)
        static let read = unsafe Musl.read
        static let write = unsafe Musl.write
        static let close = Musl.close
    #else
        static let read = unsafe Darwin.read
        static let write = unsafe Darwin.write
        static let close = Darwin.close
    #endif
}

/// Everything this package asks of the operating system about files: POSIX calls with Swift types,
/// nothing decided, nothing remembered.
enum SystemCalls {
    enum Kind {
        case regular, directory, pipe, socket, other
    }

    struct FileInfo {
        let kind: Kind
        let byteCount: UInt64
        /// The nine permission bits.
        let permissions: UInt32
        /// Whether only the owners of a folder and of what is in it may take a name away.
        let isSticky: Bool
        let owner: UInt32
        let group: UInt32
        /// How many names the file has.
        let nameCount: UInt64
        let device: UInt64
        let inode: UInt64
    }

    enum Opening {
        /// At once.
        case reading
        /// As soon as a pipe has a writer.
        case readingWhenReady
        /// A pipe must have a reader already.
        case writingWhenRead
        /// What is written goes to the end of a file that exists.
        case appending
        case directory
        /// Must not exist yet.
        case creating(permissions: UInt32)
    }

    /// Runs `call` again when a signal interrupted it: often enough for any signal, not for ever.
    static func retrying(_ call: () -> Int) throws(SystemError) -> Int {
        for _ in 0..<1000 {
            let result = call()
            if result >= 0 { return result }
            let number = errno
            if number != EINTR { throw SystemError(number: number) }
        }
        throw SystemError(number: EINTR)
    }

    private static func check(_ result: Int32) throws(SystemError) {
        if result != 0 { throw SystemError(number: errno) }
    }
}

// Opening and asking.
extension SystemCalls {
    /// Opens `path`, seen from `directory` when there is one.
    static func open(
        _ path: String, in directory: Int32? = nil, for opening: Opening
    ) throws(SystemError) -> Int32 {
        let flags: Int32
        var mode: UInt32 = 0
        switch opening {
        case .reading: flags = O_RDONLY | O_NONBLOCK
        case .readingWhenReady: flags = O_RDONLY
        case .writingWhenRead: flags = O_WRONLY | O_NONBLOCK
        case .appending: flags = O_WRONLY | O_APPEND | O_NONBLOCK
        case .directory: flags = O_RDONLY | O_DIRECTORY
        case .creating(let permissions):
            flags = O_WRONLY | O_CREAT | O_EXCL
            mode = permissions
        }
        let name = PathText.cString(path)
        return Int32(
            try retrying {
                Int(
                    unsafe openat(
                        directory ?? AT_FDCWD, name, flags | O_CLOEXEC,
                        mode_t(truncatingIfNeeded: mode)))
            })
    }

    /// Lets writing to `descriptor` wait for whoever reads.
    static func waitWhenFull(_ descriptor: Int32) throws(SystemError) {
        let flags = fcntl(descriptor, F_GETFL)
        if flags < 0 { throw SystemError(number: errno) }
        try check(fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK))
    }

    /// Lets a hundredth of a second pass, or less when a signal comes.
    static func sleepBriefly() {
        usleep(10_000)
    }

    /// A second descriptor of the same open file, which must be open for writing.
    static func duplicateForWriting(_ descriptor: Int32) throws(SystemError) -> Int32 {
        let flags = fcntl(descriptor, F_GETFL)
        if flags < 0 { throw SystemError(number: errno) }
        if flags & O_ACCMODE == O_RDONLY {
            throw SystemError(number: EBADF, reason: "it is open for reading only")
        }
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        if copy < 0 { throw SystemError(number: errno) }
        return copy
    }

    static func info(_ descriptor: Int32) throws(SystemError) -> FileInfo {
        var status = stat()
        try check(unsafe fstat(descriptor, &status))
        return fileInfo(status)
    }

    /// What stands at the end of `path`, symbolic links followed.
    static func info(path: String) throws(SystemError) -> FileInfo {
        try info(path, followingLinks: true)
    }

    /// What stands at the end of `path`, which may be a symbolic link.
    static func infoOfLink(path: String) throws(SystemError) -> FileInfo {
        try info(path, followingLinks: false)
    }

    private static func info(
        _ path: String, followingLinks: Bool
    ) throws(SystemError) -> FileInfo {
        var status = stat()
        let flags = followingLinks ? 0 : AT_SYMLINK_NOFOLLOW
        try check(unsafe fstatat(AT_FDCWD, PathText.cString(path), &status, flags))
        return fileInfo(status)
    }

    private static func fileInfo(_ status: stat) -> FileInfo {
        let mode = UInt32(status.st_mode)
        let kind: Kind
        switch mode & UInt32(S_IFMT) {
        case UInt32(S_IFREG): kind = .regular
        case UInt32(S_IFDIR): kind = .directory
        case UInt32(S_IFIFO): kind = .pipe
        case UInt32(S_IFSOCK): kind = .socket
        default: kind = .other
        }
        return FileInfo(
            kind: kind, byteCount: UInt64(clamping: status.st_size), permissions: mode & 0o777,
            isSticky: mode & UInt32(S_ISVTX) != 0, owner: status.st_uid, group: status.st_gid,
            nameCount: UInt64(status.st_nlink),
            device: UInt64(truncatingIfNeeded: status.st_dev),
            inode: UInt64(truncatingIfNeeded: status.st_ino))
    }

    /// Makes sure that this process may write to `path`.
    static func expectWritable(path: String) throws(SystemError) {
        try check(unsafe faccessat(AT_FDCWD, PathText.cString(path), W_OK, AT_EACCESS))
    }

    /// Where `path` leads, without symbolic links.
    static func realPath(_ path: String) throws(SystemError) -> String {
        guard let resolved = unsafe realpath(path, nil) else { throw SystemError(number: errno) }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// Where the symbolic link `path` points, or nil when it is none.
    static func linkTarget(path: String) throws(SystemError) -> String? {
        var length = -1
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            length = unsafe readlink(
                PathText.cString(path),
                UnsafeMutableRawPointer(buffer.baseAddress!).assumingMemoryBound(
                    to: CChar.self), buffer.count)
            count = max(length, 0)
        }
        if length >= 0 { return PathText.text(bytes) }
        let number = errno
        if number == EINVAL || number == ENOENT { return nil }
        throw SystemError(number: number)
    }
}

// Reading and writing.
extension SystemCalls {
    /// Up to `byteCount` bytes, fewer only at the end of the file: from `offset` on, or without one
    /// from where the descriptor stands.
    static func read(
        _ descriptor: Int32, at offset: UInt64?, byteCount: Int
    ) throws(SystemError) -> [UInt8] {
        var failure: SystemError?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            do throws(SystemError) {
                let all = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[..<byteCount])
                count = try unsafe readAll(descriptor, at: offset, into: all)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Fills `bytes` from `offset` on, up to the end of the file.
    ///
    /// - Returns: how many bytes there were.
    static func read(
        _ descriptor: Int32, at offset: UInt64, into bytes: inout MutableRawSpan
    ) throws(SystemError) -> Int {
        try unsafe bytes.withUnsafeMutableBytes { buffer throws(SystemError) in
            try unsafe readAll(descriptor, at: offset, into: buffer)
        }
    }

    private static func readAll(
        _ descriptor: Int32, at offset: UInt64?, into buffer: UnsafeMutableRawBufferPointer
    ) throws(SystemError) -> Int {
        var count = 0
        while count < buffer.count {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
            let got = try unsafe readOnce(
                descriptor, at: offset.map { $0 + UInt64(count) }, into: rest)
            if got == 0 { break }
            count += got
        }
        return count
    }

    private static func readOnce(
        _ descriptor: Int32, at offset: UInt64?, into buffer: UnsafeMutableRawBufferPointer
    ) throws(SystemError) -> Int {
        guard let offset else {
            return try retrying {
                unsafe Platform.read(descriptor, buffer.baseAddress, buffer.count)
            }
        }
        guard let position = off_t(exactly: offset) else { throw SystemError(number: EOVERFLOW) }
        return try retrying {
            unsafe pread(descriptor, buffer.baseAddress, buffer.count, position)
        }
    }

    /// Writes all of `bytes` where the descriptor stands.
    static func write(_ descriptor: Int32, _ bytes: [UInt8]) throws(SystemError) {
        var failure: SystemError?
        unsafe bytes.withUnsafeBytes { buffer in
            do throws(SystemError) {
                var done = 0
                while done < buffer.count {
                    let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
                    let count = try retrying {
                        unsafe Platform.write(descriptor, rest.baseAddress, rest.count)
                    }
                    if count == 0 { throw SystemError(number: EIO) }
                    done += count
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    /// Cuts a file to `byteCount` bytes.
    static func truncate(_ descriptor: Int32, to byteCount: UInt64) throws(SystemError) {
        guard let length = off_t(exactly: byteCount) else { throw SystemError(number: EOVERFLOW) }
        _ = try retrying { Int(ftruncate(descriptor, length)) }
    }

    /// Keeps others that ask for the same away, until the descriptor is closed. Does not wait.
    ///
    /// - Parameter shared: leaves others in that share it, and takes the place of an earlier lock.
    static func lock(_ descriptor: Int32, shared: Bool = false) throws(SystemError) {
        let kind = shared ? LOCK_SH : LOCK_EX
        _ = try retrying { Int(flock(descriptor, kind | LOCK_NB)) }
    }

    /// Lets others in that ask for the same. Closing does so only when no process that was started
    /// meanwhile still has the descriptor.
    static func unlock(_ descriptor: Int32) throws(SystemError) {
        _ = try retrying { Int(flock(descriptor, LOCK_UN)) }
    }

    static func setPermissions(_ descriptor: Int32, _ bits: UInt32) throws(SystemError) {
        try check(fchmod(descriptor, mode_t(truncatingIfNeeded: bits)))
    }

    /// - Parameter owner: nil leaves the owner as it is.
    static func setOwner(
        _ descriptor: Int32, owner: UInt32?, group: UInt32
    ) throws(SystemError) {
        try check(fchown(descriptor, owner ?? .max, group))
    }

    /// Waits until the file or directory is on the disk. Never tried twice: after a failure the
    /// kernel may have dropped the bytes and say yes the second time.
    static func sync(_ descriptor: Int32) throws(SystemError) {
        #if canImport(Darwin)
            if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
            if errno != ENOTSUP && errno != EINVAL { throw SystemError(number: errno) }
        #endif
        try check(fsync(descriptor))
    }

    /// Closes `descriptor`, whatever the result: it must not be used again.
    static func close(_ descriptor: Int32) throws(SystemError) {
        let result = Platform.close(descriptor)
        // After EINTR the descriptor is closed all the same.
        if result != 0 && errno != EINTR { throw SystemError(number: errno) }
    }
}

// Files as memory.
extension SystemCalls {
    static var pageByteCount: Int { sysconf(Int32(_SC_PAGESIZE)) }

    /// A range of a file, for reading.
    ///
    /// - Parameters:
    ///   - offset: a multiple of the page size.
    ///   - byteCount: more than 0.
    static func map(
        _ descriptor: Int32, at offset: UInt64, byteCount: Int
    ) throws(SystemError) -> UnsafeRawBufferPointer {
        guard let position = off_t(exactly: offset) else { throw SystemError(number: EOVERFLOW) }
        let start = unsafe mmap(nil, byteCount, PROT_READ, MAP_SHARED, descriptor, position)
        guard let start = unsafe start, Int(bitPattern: start) != -1 else {
            throw SystemError(number: errno)
        }
        return unsafe UnsafeRawBufferPointer(start: start, count: byteCount)
    }

    /// Gives back what `map` gave.
    static func unmap(_ pages: UnsafeRawBufferPointer) {
        unsafe munmap(UnsafeMutableRawPointer(mutating: pages.baseAddress!), pages.count)
    }
}

// Names in a directory.
extension SystemCalls {
    /// What stands under the new name is replaced, at once for every process.
    static func rename(
        _ old: String, to new: String, in directory: Int32
    ) throws(SystemError) {
        let names = (PathText.cString(old), PathText.cString(new))
        _ = try retrying { Int(unsafe renameat(directory, names.0, directory, names.1)) }
    }

    /// A second name of the same file. Fails with EEXIST when the name is taken.
    static func link(_ old: String, to new: String, in directory: Int32) throws(SystemError) {
        let names = (PathText.cString(old), PathText.cString(new))
        _ = try retrying { Int(unsafe linkat(directory, names.0, directory, names.1, 0)) }
    }

    static func remove(_ name: String, in directory: Int32? = nil) throws(SystemError) {
        let bytes = PathText.cString(name)
        _ = try retrying { Int(unsafe unlinkat(directory ?? AT_FDCWD, bytes, 0)) }
    }

    static func makeDirectory(_ path: String) throws(SystemError) {
        try check(unsafe mkdir(PathText.cString(path), 0o777))
    }

    /// The names in a directory, in no order, without `.` and `..`.
    static func names(in path: String) throws(SystemError) -> [String] {
        guard let stream = unsafe opendir(PathText.cString(path)) else {
            throw SystemError(number: errno)
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while true {
            // Only errno tells the end from a failure.
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                if errno != 0 { throw SystemError(number: errno) }
                return names
            }
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe PathText.text([UInt8](bytes.prefix { $0 != 0 }))
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }
}

// The process.
extension SystemCalls {
    /// The user in whose name files are made.
    static var user: UInt32 { geteuid() }

    /// Writing to a closed pipe or beyond a size limit gives an error from now on, instead of
    /// ending the process.
    static func ignoreWriteSignals() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }
}

import LTFNBytes

/// An open file that is no directory, pipe or device. Whoever has it closes it.
struct RegularFile {
    let descriptor: Int32
    /// The length of the file when it was opened.
    let byteCount: UInt64

    /// Opens the file at `path`, symbolic links followed.
    ///
    /// - Parameter locking: whether it is locked against others that lock it.
    /// - Throws: `io` with the operation `open`, also for directories, pipes and devices.
    init(
        path: String, for opening: SystemCalls.Opening, locking: Bool = false
    ) throws(FormatError) {
        try FormatError.checkPath(path, .open)
        let descriptor: Int32
        do throws(SystemError) {
            descriptor = try SystemCalls.open(path, for: opening)
        } catch {
            throw error.formatError(.open, path: path)
        }
        try self.init(owning: descriptor, path: path, locking: locking)
    }

    /// The file behind `descriptor`, which is closed when this fails.
    init(owning descriptor: Int32, path: String, locking: Bool = false) throws(FormatError) {
        let info: SystemCalls.FileInfo
        do throws(SystemError) {
            if locking { try SystemCalls.lock(descriptor) }
            info = try SystemCalls.info(descriptor)
        } catch {
            try? SystemCalls.close(descriptor)
            throw error.formatError(.open, path: path)
        }
        guard info.kind == .regular else {
            try? SystemCalls.close(descriptor)
            throw Self.refusal(info.kind, path: path)
        }
        self.descriptor = descriptor
        byteCount = info.byteCount
    }

    private static func refusal(_ kind: SystemCalls.Kind, path: String) -> FormatError {
        let (number, found) =
            switch kind {
            case .directory: (SystemError.directory, "a directory")
            case .pipe: (SystemError.notSeekable, "a pipe")
            case .socket: (SystemError.noReader, "a socket")
            default: (SystemError.invalid, "a device")
            }
        return FormatError(
            .io, path: path, operation: .open, systemError: number,
            "This is \(found), not a regular file.")
    }
}

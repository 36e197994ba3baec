/// Reads files, pipes and standard input from beginning to end.
public enum WholeFile {
    /// All bytes of the file or pipe at `path`.
    ///
    /// - Throws: `io`; `limitExceeded` when there are more than `limit` bytes, before more than
    ///   that is allocated.
    public static func read(path: String, limit: Int) throws(FormatError) -> [UInt8] {
        try FormatError.checkPath(path, .open)
        let descriptor: Int32
        do throws(SystemError) {
            descriptor = try SystemCalls.open(path, for: .readingWhenReady)
        } catch {
            throw error.formatError(.open, path: path)
        }
        defer { try? SystemCalls.close(descriptor) }
        return try read(descriptor, path: path, limit: limit)
    }

    /// All bytes that standard input still holds.
    ///
    /// - Throws: as `read(path:limit:)`.
    public static func readStandardInput(limit: Int) throws(FormatError) -> [UInt8] {
        try read(0, path: "standard input", limit: limit)
    }

    private static func read(
        _ descriptor: Int32, path: String, limit: Int
    ) throws(FormatError) -> [UInt8] {
        do throws(SystemError) {
            if let bytes = try readAll(descriptor, limit: max(limit, 0)) { return bytes }
        } catch {
            throw error.formatError(.read, path: path)
        }
        throw FormatError(.limitExceeded, path: path, "The file holds more than \(limit) bytes.")
    }

    /// Everything up to the end, or nil when that is more than `limit` bytes.
    private static func readAll(
        _ descriptor: Int32, limit: Int
    ) throws(SystemError) -> [UInt8]? {
        let info = try SystemCalls.info(descriptor)
        if info.kind == .directory { throw SystemError(number: SystemError.directory) }
        // What `stat` says is a hint: the file may grow, and some regular files claim 0.
        let hint = info.kind == .regular ? info.byteCount : 0
        if hint > UInt64(limit) { return nil }
        var bytes = try SystemCalls.read(descriptor, at: nil, byteCount: Int(hint))
        let piece = 1 << 18
        while true {
            let more = try SystemCalls.read(descriptor, at: nil, byteCount: piece)
            if more.count > limit - bytes.count { return nil }
            bytes += more
            if more.count < piece { return bytes }
        }
    }
}

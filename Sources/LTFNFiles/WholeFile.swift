import LTFNBytes

/// Reads files, pipes and standard input from beginning to end.
public enum WholeFile {
    /// How many bytes are read before a file is asked how long it means to be.
    public static let headByteCount = 1 << 12

    /// All bytes of the file or pipe at `path`.
    ///
    /// - Parameter promised: told the first 4,096 bytes (or all when there are fewer), it says how
    ///   many bytes there are at most; nil: as many as `limit`. So a device without end, and a file
    ///   that is of another kind, are refused at once.
    /// - Throws: `io`; `limitExceeded` when there are more than `limit` bytes or those promised,
    ///   before more than that is allocated; what `promised` throws.
    public static func read(
        path: String, limit: Int,
        promised: ([UInt8]) throws(FormatError) -> Int? = { _ throws(FormatError) in nil }
    ) throws(FormatError) -> [UInt8] {
        try FormatError.checkPath(path, .open)
        let descriptor: Int32
        do throws(SystemError) {
            descriptor = try SystemCalls.open(path, for: .readingWhenReady)
        } catch {
            throw error.formatError(.open, path: path)
        }
        defer { try? SystemCalls.close(descriptor) }
        return try read(descriptor, path: path, limit: limit, promised: promised)
    }

    /// All bytes that standard input still holds.
    ///
    /// - Throws: as `read(path:limit:)`.
    public static func readStandardInput(limit: Int) throws(FormatError) -> [UInt8] {
        try read(0, path: "standard input", limit: limit) { _ throws(FormatError) in nil }
    }

    private static func read(
        _ descriptor: Int32, path: String, limit: Int,
        promised: ([UInt8]) throws(FormatError) -> Int?
    ) throws(FormatError) -> [UInt8] {
        let hint: UInt64
        let head: [UInt8]
        do throws(SystemError) {
            let info = try SystemCalls.info(descriptor)
            if info.kind == .directory { throw SystemError(number: SystemError.directory) }
            // What `stat` says is a hint: the file may grow, and some regular files claim 0.
            hint = info.kind == .regular ? info.byteCount : 0
            head = try SystemCalls.read(descriptor, at: nil, byteCount: headByteCount)
        } catch {
            throw error.formatError(.read, path: path)
        }
        let limit = min(max(limit, 0), try promised(head) ?? .max)
        if hint <= UInt64(limit), head.count <= limit,
            let bytes = try FormatError.about(
                path,
                { () throws(FormatError) in
                    try readRest(descriptor, behind: head, hint: Int(hint), limit: limit, path)
                })
        {
            return bytes
        }
        throw FormatError(.limitExceeded, path: path, "The file holds more than \(limit) bytes.")
    }

    /// Everything up to the end, or nil when that is more than `limit` bytes.
    private static func readRest(
        _ descriptor: Int32, behind head: [UInt8], hint: Int, limit: Int, _ path: String
    ) throws(FormatError) -> [UInt8]? {
        guard head.count == headByteCount else { return head }
        var bytes = head
        try bytes.makeRoom(forMore: max(hint - head.count, 0))
        let piece = 1 << 18
        while true {
            let more: [UInt8]
            do throws(SystemError) {
                more = try SystemCalls.read(descriptor, at: nil, byteCount: piece)
            } catch {
                throw error.formatError(.read, path: path)
            }
            if more.count > limit - bytes.count { return nil }
            try bytes.makeRoom(forMore: more.count)
            bytes += more
            if more.count < piece { return bytes }
        }
    }
}

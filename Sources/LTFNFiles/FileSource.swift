import LTFNBytes

/// A regular file, read where it is asked to be.
public final class FileSource: ByteSource {
    public let path: String
    /// The length of the file when it was opened.
    public let byteCount: UInt64
    private let descriptor: Int32

    /// Opens the file at `path`, symbolic links followed.
    ///
    /// - Throws: `io` with the operation `open`, also for directories, pipes and devices.
    public convenience init(path: String) throws(FormatError) {
        self.init(try RegularFile(path: path, for: .reading), path: path)
    }

    /// - Parameter file: closed with the source.
    init(_ file: RegularFile, path: String) {
        self.path = path
        descriptor = file.descriptor
        byteCount = file.byteCount
    }

    deinit {
        try? SystemCalls.close(descriptor)
    }

    public func read(at offset: UInt64, byteCount: Int) throws(FormatError) -> [UInt8] {
        try FormatError.about(path) { () throws(FormatError) in
            try expectRange(at: offset, byteCount: byteCount)
        }
        try FormatError.about(path) { () throws(FormatError) in
            try AvailableMemory.expect(byteCount)
        }
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try SystemCalls.read(descriptor, at: offset, byteCount: byteCount)
        } catch {
            throw failure(error, at: offset)
        }
        if bytes.count < byteCount { throw shorter(end: offset + UInt64(bytes.count)) }
        return bytes
    }

    public func read(
        at offset: UInt64, byteCount: Int, into buffer: inout [UInt8]
    ) throws(FormatError) {
        try FormatError.about(path) { () throws(FormatError) in
            try expectRange(at: offset, byteCount: byteCount)
        }
        if buffer.count > byteCount { buffer.removeLast(buffer.count - byteCount) }
        if buffer.count < byteCount {
            try FormatError.about(path) { () throws(FormatError) in
                try buffer.makeRoom(forMore: byteCount - buffer.count)
            }
            buffer.append(contentsOf: repeatElement(0, count: byteCount - buffer.count))
        }
        let count: Int
        do throws(SystemError) {
            var bytes = buffer.mutableRawSpan
            count = try SystemCalls.read(descriptor, at: offset, into: &bytes)
        } catch {
            throw failure(error, at: offset)
        }
        if count < byteCount { throw shorter(end: offset + UInt64(count)) }
    }

    /// Copies some of the bytes to where another descriptor stands.
    ///
    /// - Returns: how many; 0 where the system cannot do it, or the file ends.
    func copy(
        at offset: UInt64, byteCount: Int, to target: Int32
    ) throws(SystemError) -> Int {
        try SystemCalls.copy(descriptor, at: offset, byteCount: byteCount, to: target)
    }

    private func failure(_ error: SystemError, at offset: UInt64) -> FormatError {
        var failure = error.formatError(.read, path: path)
        failure.offset = offset
        return failure
    }

    /// The bytes as memory, if the file still has them.
    ///
    /// - Throws: `truncated`, `io`.
    public func map(at offset: UInt64, byteCount: Int) throws(FormatError) -> MappedBytes? {
        try FormatError.about(path) { () throws(FormatError) in
            try expectRange(at: offset, byteCount: byteCount)
        }
        let now: UInt64
        let mapped: MappedBytes
        do throws(SystemError) {
            now = try SystemCalls.info(descriptor).byteCount
            mapped = try FileMapping.bytes(descriptor, at: offset, byteCount: byteCount)
        } catch {
            throw error.formatError(.read, path: path)
        }
        if now < offset + UInt64(byteCount) { throw shorter(end: now) }
        return mapped
    }

    private func shorter(end: UInt64) -> FormatError {
        FormatError(
            .truncated, offset: end, path: path, "The file has become shorter while it was read.")
    }
}

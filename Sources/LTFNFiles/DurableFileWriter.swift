import LTFNBytes

/// Writes a file that is either wholly there and on the disk, or not there at all.
///
/// The bytes go to a temporary file beside the final one; `commit()` syncs and closes it, gives it
/// its name and syncs the directory. Until then, and after any failure, the file that stood there
/// before is untouched; without a commit the temporary file is removed, and what a killed process
/// left (`.model.ltfn.….ltfn-draft`) by the next writer to the same name. A symbolic link is kept
/// and its target replaced. A file that is replaced leaves its owner, group, permissions and
/// extended attributes to the new one. Pipes, terminals and devices are written to directly.
public final class DurableFileWriter: ByteSink {
    /// Where the caller wanted the file.
    public let path: String
    /// How many bytes have been written.
    public private(set) var position: UInt64 = 0

    /// What a file that is replaced cannot leave to the new one, a sentence each.
    public private(set) var notes: [String] = []

    private let descriptor: Int32
    private var descriptorIsOpen = true
    /// Nil when the output is written to directly.
    private let draft: DraftFile?
    private var buffer: [UInt8] = []
    private var state: WritingState

    private static let bufferByteCount = 1 << 18

    /// Makes sure that a file could be written at `path`, as far as can be told without writing.
    ///
    /// - Parameter replacingExisting: as for `init`.
    /// - Throws: `io` with the operation `create`.
    public static func check(
        path: String, replacingExisting: Bool = true
    ) throws(FormatError) {
        guard case .file(let directory, _, let replaced) = try OutputPlace(path: path) else {
            return
        }
        do throws(SystemError) {
            if replaced != nil && !replacingExisting {
                throw SystemError(number: SystemError.exists)
            }
            try SystemCalls.close(SystemCalls.open(directory, for: .directory))
            try SystemCalls.expectWritable(path: directory)
        } catch {
            throw error.formatError(.create, path: path)
        }
    }

    /// Creates the temporary file.
    ///
    /// - Parameters:
    ///   - replacingExisting: false makes it an error when a file of that name exists, now or at
    ///     the commit.
    ///   - relative: the path of a file whose owner, group, permissions and attributes a new file
    ///     gets too, if it is there: what is kept beside a file is as private as that.
    ///   - reader: how long somebody is waited for who reads from a pipe of that name.
    /// - Throws: `io` with the operation `create`.
    public init(
        path: String, replacingExisting: Bool = true, asPrivateAs relative: String? = nil,
        reader: PipeReader = .expectedSoon
    ) throws(FormatError) {
        self.path = path
        state = WritingState(path: path)
        let place = try OutputPlace(path: path)
        do throws(SystemError) {
            switch place {
            case .descriptor(let number):
                draft = nil
                descriptor = try SystemCalls.duplicateForWriting(number)
            case .device(let path):
                draft = nil
                descriptor = try reader.open(path)
            case .file(let directory, let name, let replaced):
                if replaced != nil && !replacingExisting {
                    throw SystemError(number: SystemError.exists)
                }
                let draft = try DraftFile(
                    directory: directory, name: name,
                    traits: replaced ?? relative.flatMap { FileTraits(path: $0) },
                    replacingExisting: replacingExisting)
                self.draft = draft
                descriptor = draft.descriptor
                notes = replaced.map { Self.notes($0, losing: draft.losses, path) } ?? []
            }
        } catch {
            throw error.formatError(.create, path: path)
        }
    }

    private static func notes(
        _ replaced: FileTraits, losing losses: [String], _ path: String
    ) -> [String] {
        let file = TerminalText.escaped(path)
        var notes: [String] = []
        if !losses.isEmpty {
            let lost = losses.map { TerminalText.escaped($0) }.joined(separator: ", ")
            notes.append("\(file) is replaced, and cannot keep \(lost).")
        }
        if replaced.nameCount > 1 {
            notes.append(
                "\(file) is replaced, and has other names (hard links): under these the old file "
                    + "stays.")
        }
        return notes
    }

    deinit {
        abandon()
    }

    public func write(_ bytes: [UInt8]) throws(FormatError) {
        try state.expectOpen()
        position += UInt64(bytes.count)
        if buffer.count + bytes.count < DurableFileWriter.bufferByteCount {
            buffer += bytes
            return
        }
        try flush()
        if bytes.count < DurableFileWriter.bufferByteCount {
            buffer += bytes
        } else {
            try run(.write) { () throws(SystemError) in
                try SystemCalls.write(descriptor, bytes)
            }
        }
    }

    /// Lets the system copy from file to file, where it can.
    public func copy(
        from source: any ByteSource, at offset: UInt64, byteCount: Int, observer: (Int) -> Void
    ) throws(FormatError) {
        var done = 0
        if let file = source as? FileSource, byteCount >= DurableFileWriter.bufferByteCount {
            try state.expectOpen()
            try flush()
            try file.expectRange(at: offset, byteCount: byteCount)
            while done < byteCount {
                let piece = min(byteCount - done, DurableFileWriter.copiedByteCount)
                let start = offset + UInt64(done)
                var count = 0
                try run(.write) { () throws(SystemError) in
                    count = try file.copy(at: start, byteCount: piece, to: descriptor)
                }
                if count == 0 { break }
                position += UInt64(count)
                done += count
                observer(done)
            }
        }
        guard done < byteCount else { return }
        // A pipe, a device, another file system: or the file has become shorter, which reading
        // tells.
        var buffer: [UInt8] = []
        while done < byteCount {
            let count = min(DurableFileWriter.bufferByteCount * 4, byteCount - done)
            try source.read(at: offset + UInt64(done), byteCount: count, into: &buffer)
            try write(buffer)
            done += count
            observer(done)
        }
    }

    /// How much the system copies at once: a signal waits for it.
    private static let copiedByteCount = 1 << 26

    /// What has been written so far, opened anew, so that it can be checked before the commit; nil
    /// for pipes, terminals and devices, which cannot be read back.
    ///
    /// - Throws: `io`.
    public func draftSource() throws(FormatError) -> FileSource? {
        try state.expectOpen()
        try flush()
        guard let draft else { return nil }
        let descriptor: Int32
        do throws(SystemError) {
            descriptor = try draft.openForReading()
        } catch {
            throw error.formatError(.open, path: path)
        }
        return FileSource(try RegularFile(owning: descriptor, path: path), path: path)
    }

    /// Makes the file durable and visible under its name. Nothing can be written afterwards.
    ///
    /// - Throws: `io`; the file that stood there before is then still there.
    public func commit() throws(FormatError) {
        try state.expectOpen()
        try flush()
        try run(.sync) { () throws(SystemError) in try sync() }
        try run(.close) { () throws(SystemError) in
            descriptorIsOpen = false
            try SystemCalls.close(descriptor)
        }
        if let draft {
            try run(.rename) { () throws(SystemError) in try draft.publish() }
            try run(.sync) { () throws(SystemError) in try draft.syncDirectory() }
        }
        state.close()
    }

    /// Gives up: removes the temporary file. Without effect after `commit()`.
    public func abandon() {
        closeIgnoringErrors()
        draft?.discard()
        state.close()
    }

    private func sync() throws(SystemError) {
        do throws(SystemError) {
            try SystemCalls.sync(descriptor)
        } catch {
            // Pipes, terminals and devices have nothing to sync.
            let impossible = [
                SystemError.invalid, SystemError.readOnly, SystemError.notSupported,
            ].contains(error.number)
            if draft != nil || !impossible { throw error }
        }
    }

    private func flush() throws(FormatError) {
        if buffer.isEmpty { return }
        try run(.write) { () throws(SystemError) in try SystemCalls.write(descriptor, buffer) }
        buffer.removeAll(keepingCapacity: true)
    }

    private func run(
        _ operation: FormatError.Operation, _ step: () throws(SystemError) -> Void
    ) throws(FormatError) {
        do throws(FormatError) {
            try state.run(operation, step)
        } catch {
            abandon()
            throw error
        }
    }

    private func closeIgnoringErrors() {
        if descriptorIsOpen {
            descriptorIsOpen = false
            try? SystemCalls.close(descriptor)
        }
    }
}

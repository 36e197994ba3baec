import LTFNBytes

/// How long a writer waits for somebody who reads from its pipe.
///
/// Opening a pipe waits for its reader, for ever if there is none, and cannot be told to stop. So
/// it is tried again and again instead.
public enum PipeReader: Sendable {
    /// A program that was started at the same time may still be on its way.
    case expectedSoon
    /// As long as `isWanted` says: for what would be lost otherwise.
    case awaited(while: @Sendable () -> Bool)

    private static let patience = Duration.seconds(2)

    /// Opens the pipe or the device at `path` for writing.
    ///
    /// - Returns: its descriptor, writing to which waits when the pipe is full.
    func open(_ path: String) throws(SystemError) -> Int32 {
        let descriptor = try openWhenRead(path)
        do throws(SystemError) {
            try SystemCalls.waitWhenFull(descriptor)
        } catch {
            try? SystemCalls.close(descriptor)
            throw error
        }
        return descriptor
    }

    private func openWhenRead(_ path: String) throws(SystemError) -> Int32 {
        let isPipe = try SystemCalls.info(path: path).kind == .pipe
        let begin = ContinuousClock.now
        while true {
            do throws(SystemError) {
                return try SystemCalls.open(path, for: .writingWhenRead)
            } catch {
                guard isPipe, error.number == SystemError.noReader else { throw error }
                guard isPatient(since: begin) else {
                    throw SystemError(
                        number: error.number,
                        reason: "nobody reads from the pipe. Start its reader first")
                }
            }
            SystemCalls.sleepBriefly()
        }
    }

    private func isPatient(since begin: ContinuousClock.Instant) -> Bool {
        switch self {
        case .expectedSoon: begin.duration(to: .now) < Self.patience
        case .awaited(let isWanted): isWanted()
        }
    }
}

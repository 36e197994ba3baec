import LTFNBytes
import Synchronization

/// The temporary files that are being written, for a process that has to end at once.
public enum PendingFiles {
    struct Entry: Hashable {
        let directory: String
        let name: String
    }

    private static let entries = Mutex<Set<Entry>>([])

    static func insert(directory: String, name: String) -> Entry {
        let entry = Entry(directory: directory, name: name)
        entries.withLock { _ = $0.insert(entry) }
        return entry
    }

    static func remove(_ entry: Entry) {
        entries.withLock { _ = $0.remove(entry) }
    }

    /// Removes them all, for the last act of a process. Takes a lock: call it from a thread (or a
    /// dispatch source), never from a bare signal handler.
    public static func removeAll() {
        let doomed = entries.withLock { $0 }
        for entry in doomed {
            try? SystemCalls.remove(entry.directory + "/" + entry.name)
        }
    }
}

/// How the operating system reports failed writes.
public enum WriteSignals {
    /// Writing to a closed pipe (SIGPIPE) or beyond a size limit (SIGXFSZ) throws from now on,
    /// instead of ending the process. Commands call this first.
    public static func turnIntoErrors() {
        SystemCalls.ignoreWriteSignals()
    }
}

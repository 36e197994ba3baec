import LTFNBytes
import LTFNCheckpoint
import Synchronization

/// The files beside a model that hold values of its tensors.
///
/// A model may have a file for every tensor: few of them are open at a time.
final class ExternalFiles: Sendable {
    private struct State {
        var open: [(name: ByteString, source: any ByteSource)] = []
        var byteCounts: [ByteString: UInt64] = [:]
    }

    private static let openLimit = 8

    private let files: any FileSet
    private let state = Mutex(State())

    init(_ files: any FileSet) {
        self.files = files
    }

    /// - Throws: `corrupt` when the name leads out of the folder; `io`.
    func source(_ name: String) throws(FormatError) -> any ByteSource {
        try state.withLock { state throws(FormatError) in
            let key = ByteString(name)
            if let known = state.open.first(where: { $0.name == key }) { return known.source }
            let source: any ByteSource
            do throws(FormatError) {
                source = try files.file(name)
            } catch {
                var error = error
                error.message += " The model keeps values in it."
                throw error
            }
            if state.open.count == Self.openLimit { state.open.removeFirst() }
            state.open.append((key, source))
            state.byteCounts[key] = source.byteCount
            return source
        }
    }

    /// The names of all that were opened, in ascending order of their bytes.
    var names: [String] {
        state.withLock { $0.byteCounts.keys.sorted().map(\.string) }
    }

    var byteCount: UInt64 {
        state.withLock { $0.byteCounts.values.reduce(0) { CheckedSize.total($0, $1) } }
    }
}

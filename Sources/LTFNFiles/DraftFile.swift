import LTFNBytes

/// A temporary file on its way to a name in its directory.
final class DraftFile {
    /// Open for writing. Whoever made the draft closes it.
    let descriptor: Int32
    private let directory: Int32
    private let names: DraftNames
    private let draftName: String
    private let finalName: String
    private let replacingExisting: Bool
    private let keepsPrevious: Bool
    /// What could not be kept of the file that will be replaced, in words.
    let losses: [String]
    private let pending: PendingFiles.Entry
    private var state = State.draft

    private enum State {
        case draft
        /// Under its final name, where this stood before.
        case published(previous: Previous)
        case settled
    }

    private enum Previous {
        case nothing
        /// The previous file lives on under this name.
        case kept(PendingFiles.Entry, name: String)
        case lost
    }

    /// - Parameter traits: those of the file that will be replaced; nil leaves the choice to the
    ///   process's umask, as for any new file.
    init(
        directory path: String, name: String, traits: FileTraits?, replacingExisting: Bool
    ) throws(SystemError) {
        finalName = name
        self.replacingExisting = replacingExisting
        // A second name that cannot be taken away again would stay.
        let shared = try SharedFolder(path)
        keepsPrevious =
            shared.map { shared in traits.map { shared.isRemovable(fileOf: $0.owner) } ?? false }
            ?? true
        directory = try SystemCalls.open(path, for: .directory)
        names = DraftNames(of: name, in: directory, path: path)
        do throws(SystemError) {
            (descriptor, draftName, losses) = try DraftFile.create(
                in: directory, names, traits: traits)
        } catch {
            try? SystemCalls.close(directory)
            throw error
        }
        pending = PendingFiles.insert(directory: path, name: draftName)
    }

    deinit {
        discard()
    }

    private static func create(
        in directory: Int32, _ names: DraftNames, traits: FileTraits?
    ) throws(SystemError) -> (descriptor: Int32, name: String, losses: [String]) {
        // Before it has its owner nobody else may look into it.
        let opening = SystemCalls.Opening.creating(
            permissions: traits.map { $0.permissions & 0o700 } ?? 0o666)
        for _ in 0..<100 {
            let draftName = names.random()
            let descriptor: Int32
            do throws(SystemError) {
                descriptor = try SystemCalls.open(draftName, in: directory, for: opening)
            } catch {
                if error.number == SystemError.exists { continue }
                throw error
            }
            guard let traits else { return (descriptor, draftName, []) }
            do throws(SystemError) {
                return (descriptor, draftName, try traits.give(to: descriptor))
            } catch {
                try? SystemCalls.close(descriptor)
                try? SystemCalls.remove(draftName, in: directory)
                throw error
            }
        }
        throw SystemError(number: SystemError.exists)
    }

    /// A descriptor of its own, to read what has been written.
    func openForReading() throws(SystemError) -> Int32 {
        try SystemCalls.open(draftName, in: directory, for: .reading)
    }
}

// From the temporary name to the final one.
extension DraftFile {
    /// Gives the draft its final name, at once for every other process.
    func publish() throws(SystemError) {
        if replacingExisting {
            try replace()
        } else {
            try publishAsNew()
            state = .published(previous: .nothing)
        }
    }

    private func replace() throws(SystemError) {
        let previous = keepPrevious()
        do throws(SystemError) {
            try SystemCalls.rename(draftName, to: finalName, in: directory)
        } catch {
            forget(previous)
            throw error
        }
        state = .published(previous: previous)
    }

    /// Gives the file that is about to be replaced a second name, so that it can come back should
    /// the directory fail to sync.
    private func keepPrevious() -> Previous {
        guard keepsPrevious else { return .lost }
        let name = names.random()
        do throws(SystemError) {
            try SystemCalls.link(finalName, to: name, in: directory)
        } catch {
            return error.number == SystemError.missing ? .nothing : .lost
        }
        return .kept(PendingFiles.insert(directory: pending.directory, name: name), name: name)
    }

    private func publishAsNew() throws(SystemError) {
        do throws(SystemError) {
            try SystemCalls.link(draftName, to: finalName, in: directory)
        } catch {
            if error.number == SystemError.exists { throw error }
            try renameToNew()
            return
        }
        try? SystemCalls.remove(draftName, in: directory)
    }

    /// For file systems without second names: the final name is claimed by an empty file first.
    private func renameToNew() throws(SystemError) {
        let claim = try SystemCalls.open(
            finalName, in: directory, for: .creating(permissions: 0o600))
        try? SystemCalls.close(claim)
        do throws(SystemError) {
            try SystemCalls.rename(draftName, to: finalName, in: directory)
        } catch {
            try? SystemCalls.remove(finalName, in: directory)
            throw error
        }
    }

    /// Makes the name durable. When that fails, what stood there before comes back.
    func syncDirectory() throws(SystemError) {
        do throws(SystemError) {
            try SystemCalls.sync(directory)
        } catch {
            // Some network file systems cannot sync directories.
            if error.number != SystemError.invalid {
                takeBack()
                throw error
            }
        }
        if case .published(let previous) = state { forget(previous) }
        settle()
    }

    private func takeBack() {
        guard case .published(let previous) = state else { return }
        switch previous {
        case .nothing:
            try? SystemCalls.remove(finalName, in: directory)
        case .kept(let entry, let name):
            try? SystemCalls.rename(name, to: finalName, in: directory)
            PendingFiles.remove(entry)
        case .lost: break
        }
        settle()
    }

    private func forget(_ previous: Previous) {
        if case .kept(let entry, let name) = previous {
            try? SystemCalls.remove(name, in: directory)
            PendingFiles.remove(entry)
        }
    }

    /// Removes what is not yet under the final name.
    func discard() {
        if case .draft = state { try? SystemCalls.remove(draftName, in: directory) }
        settle()
    }

    private func settle() {
        if case .settled = state { return }
        state = .settled
        PendingFiles.remove(pending)
        try? SystemCalls.close(directory)
    }
}

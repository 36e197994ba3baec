import LTFNBytes

extension SystemError {
    /// The error for a caller: "The file cannot be opened: there is no such file or directory."
    func formatError(_ operation: FormatError.Operation, path: String) -> FormatError {
        let tried =
            switch operation {
            case .open: "The file cannot be opened"
            case .read: "The file cannot be read"
            case .create: "The file cannot be created"
            case .write: "The file cannot be written"
            case .sync: "The file cannot be brought safely to the disk"
            case .close: "The file cannot be closed"
            case .rename: "The finished file cannot be given its name"
            }
        let reason = operation == .create ? reasonAgainstCreating(path) : explanation
        return FormatError(
            .io, path: path, operation: operation, systemError: number, "\(tried): \(reason).",
            remedy: operation == .create && number == SystemError.exists ? .replaceOutput : nil)
    }
}

extension SystemError {
    /// Why nothing can be created at `path`.
    func reasonAgainstCreating(_ path: String) -> String {
        guard number == SystemError.missing, let folder = Self.missingFolder(of: path) else {
            return explanation
        }
        return "there is no folder \(folder); make it first"
    }

    /// The folder that a file at `path` would be in; nil when it is there.
    private static func missingFolder(of path: String) -> String? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        // A folder may be spelled with a slash after it.
        let folder = parts.dropLast(parts.last == "" ? 2 : 1).joined(separator: "/")
        guard !folder.isEmpty else { return nil }
        return FileIdentity.isPresent(folder) ? nil : folder
    }
}

extension FormatError {
    /// Makes sure that the operating system would see the whole of `path`.
    ///
    /// - Throws: `io` when it is empty or holds a NUL.
    static func checkPath(_ path: String, _ operation: Operation) throws(FormatError) {
        if path.isEmpty {
            throw FormatError(
                .io, operation: operation, systemError: SystemError.missing,
                "The path of the file is empty.")
        }
        if path.utf8.contains(0) {
            throw FormatError(
                .io, operation: operation, systemError: SystemError.invalid,
                "The path of the file contains a NUL character.")
        }
    }
}

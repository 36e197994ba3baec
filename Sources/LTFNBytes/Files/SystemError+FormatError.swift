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
        return FormatError(
            .io, path: path, operation: operation, systemError: number, "\(tried): \(explanation).")
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

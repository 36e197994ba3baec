import LTFNBytes

extension DurableFileWriter {
    /// Whether what is written to `path` becomes a file, and does not go to a pipe, a terminal or a
    /// device. Nothing is opened: opening a pipe waits for its reader.
    ///
    /// - Throws: `io` with the operation `create`.
    public static func makesFile(at path: String) throws(FormatError) -> Bool {
        if case .file = try OutputPlace(path: path) { true } else { false }
    }

    /// Makes sure that a file can stand at `path`, a name that nobody chose: who writes to a pipe
    /// has named it.
    ///
    /// - Throws: `io` with the operation `create`, as for a name that is taken when a pipe, a
    ///   terminal or a device has it.
    public static func expectFile(at path: String) throws(FormatError) {
        guard try !makesFile(at: path) else { return }
        throw FormatError(
            .io, path: path, operation: .create, systemError: SystemError.exists,
            "The file cannot be created: a pipe or a device stands there.")
    }
}

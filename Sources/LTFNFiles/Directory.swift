import LTFNBytes

/// What stands in a directory.
public enum Directory {
    /// The names in a directory, sorted by their bytes.
    ///
    /// - Throws: `io`.
    public static func names(in path: String) throws(FormatError) -> [String] {
        try FormatError.checkPath(path, .open)
        do throws(SystemError) {
            return try SystemCalls.names(in: path).sorted {
                $0.utf8.lexicographicallyPrecedes($1.utf8)
            }
        } catch {
            throw error.formatError(.open, path: path)
        }
    }

    /// Makes a directory in one that exists; that it is there already is no error.
    ///
    /// - Throws: `io` with the operation `create`.
    public static func create(_ path: String) throws(FormatError) {
        try FormatError.checkPath(path, .create)
        if (try? SystemCalls.info(path: path))?.kind == .directory { return }
        do throws(SystemError) {
            try SystemCalls.makeDirectory(path)
            // Its name is in the directory above.
            let above = try SystemCalls.open(path + "/..", for: .directory)
            defer { try? SystemCalls.close(above) }
            do throws(SystemError) {
                try SystemCalls.sync(above)
            } catch  where error.number == SystemError.invalid {
                // Some network file systems cannot sync directories.
            }
        } catch {
            throw FormatError(
                .io, path: path, operation: .create, systemError: error.number,
                "The folder cannot be created: \(error.reasonAgainstCreating(path)).")
        }
    }

    /// Removes a file; that there is none is no error.
    ///
    /// - Throws: `io`.
    public static func removeFile(_ path: String) throws(FormatError) {
        try FormatError.checkPath(path, .write)
        do throws(SystemError) {
            try SystemCalls.remove(path)
        } catch  where error.number == SystemError.missing {
            return
        } catch {
            throw FormatError(
                .io, path: path, operation: .write, systemError: error.number,
                "The file cannot be removed: \(error.explanation).")
        }
    }
}

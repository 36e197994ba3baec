extension FormatError {
    /// The same error, which names `variable` unless it already names one.
    public func naming(_ variable: String) -> FormatError {
        var error = self
        error.variable = self.variable ?? variable
        return error
    }

    /// The same error, about the file at `path` unless it names one.
    public func about(_ path: String?) -> FormatError {
        var error = self
        error.path = self.path ?? path
        return error
    }

    /// Runs `body`; errors that name no file are about the one at `path`.
    ///
    /// - Throws: what `body` throws.
    public static func about<Value>(
        _ path: String?, _ body: () throws(FormatError) -> Value
    ) throws(FormatError) -> Value {
        do throws(FormatError) {
            return try body()
        } catch {
            throw error.about(path)
        }
    }
}

import LTFNBytes
import LTFNCheckpoint

extension VariableName {
    /// A name out of a foreign file.
    ///
    /// - Throws: `unsupportedFeature` when no variable can be called so: others may be able to read
    ///   the file.
    init(foreign name: String, format: String) throws(FormatError) {
        do throws(FormatError) {
            try self.init(name)
        } catch {
            throw FormatError(
                .unsupportedFeature, format: format, variable: String(name.prefix(100)),
                error.message)
        }
    }
}

extension FormatError {
    /// The same error, of a format and about a variable.
    func named(_ format: String, variable: String? = nil) -> FormatError {
        var error = self
        error.format = format
        error.variable = variable ?? error.variable
        return error
    }
}

import LTFNBytes

/// The error that `body` throws, or nil when it throws none.
public func formatError<T>(_ body: () throws(FormatError) -> T) -> FormatError? {
    do throws(FormatError) {
        _ = try body()
        return nil
    } catch {
        return error
    }
}

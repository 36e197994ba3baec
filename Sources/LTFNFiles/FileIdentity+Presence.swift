import LTFNBytes

extension FileIdentity {
    /// Whether something is there under this name, of whatever kind.
    public static func isPresent(_ path: String) -> Bool {
        guard !path.isEmpty, !path.utf8.contains(0) else { return false }
        return (try? SystemCalls.info(path: path)) != nil
    }
}

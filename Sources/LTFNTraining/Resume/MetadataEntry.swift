import LTFNBytes
import LTFNCheckpoint

/// A map of a file's metadata, read with a sentence for all that may be wrong.
struct MetadataEntry {
    /// Where it stands: `training.state`.
    let path: String
    let values: Metadata

    /// - Throws: `corrupt` when there is no such map.
    init(_ key: String, of metadata: Metadata) throws(FormatError) {
        guard case .map(let values)? = metadata[key] else { throw Self.missing(key, "a map") }
        self.init(path: key, values: values)
    }

    private init(path: String, values: Metadata) {
        self.path = path
        self.values = values
    }

    func has(_ key: String) -> Bool { values[key] != nil }

    func map(_ key: String) throws(FormatError) -> MetadataEntry {
        guard case .map(let values)? = values[key] else { throw missing(key, "a map") }
        return MetadataEntry(path: "\(path).\(key)", values: values)
    }

    func string(_ key: String) throws(FormatError) -> String {
        guard case .string(let text)? = values[key] else { throw missing(key, "a text") }
        return text
    }

    func number(_ key: String) throws(FormatError) -> Double {
        guard case .f64(let bits)? = values[key] else { throw missing(key, "a number") }
        return Double(bitPattern: bits)
    }

    func unsigned(_ key: String) throws(FormatError) -> UInt64 {
        guard case .u64(let value)? = values[key] else {
            throw missing(key, "a whole number")
        }
        return value
    }

    /// A number of steps or images.
    func count(_ key: String, atLeast minimum: Int = 0) throws(FormatError) -> Int {
        let value = try unsigned(key)
        guard let count = Int(exactly: value), count >= minimum,
            count <= TrainingConfiguration.maximumStepCount
        else {
            throw FormatError(
                .corrupt,
                "The file's \(path).\(key) is \(value), which cannot be; the training "
                    + "cannot be resumed from it.")
        }
        return count
    }

    private func missing(_ key: String, _ what: String) -> FormatError {
        Self.missing("\(path).\(key)", what)
    }

    private static func missing(_ key: String, _ what: String) -> FormatError {
        FormatError(
            .corrupt,
            "The file does not say how its training stands: expected \(what) in its metadata "
                + "under \(key). It can be evaluated, but not resumed.")
    }
}

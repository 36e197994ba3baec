import LTFNBytes
import LTFNCheckpoint

/// Which checkpoint of a folder is meant: of a SavedModel, of what savers keep.
enum CheckpointFolder {
    private static let savedModel = "saved_model.pb"
    private static let state = "checkpoint"
    private static let savedVariables = "variables/variables" + BundleNames.indexEnding

    /// Whether a folder with these names is one of TensorFlow's, with one checkpoint to choose.
    static func isKnown(_ names: [String]) -> Bool {
        let indexes = indexes(names)
        if names.contains(savedModel) { return true }
        if names.contains(state), !indexes.isEmpty { return true }
        return indexes.count == 1
            && names.contains {
                BundleNames.prefix(ofData: $0) == BundleNames.prefix(ofIndex: indexes[0])
            }
    }

    /// The index to read, seen from the folder.
    ///
    /// - Throws: `notThisFormat` when there is none, or several; `corrupt`, `io`.
    static func index(in files: any FileSet) throws(FormatError) -> String {
        let names = try files.names()
        if names.contains(savedModel) {
            guard names.contains("variables") else {
                throw error(
                    .notThisFormat,
                    "This SavedModel has no folder \"variables\": its values are within its graph, "
                        + "which is not read.")
            }
            return savedVariables
        }
        let indexes = indexes(names)
        if names.contains(state) {
            let prefix = try CheckpointState.latest(files.file(state))
            return try place(prefix, files, names)
        }
        guard indexes.count == 1 else {
            throw error(
                .notThisFormat,
                indexes.isEmpty
                    ? "The folder has no index of a checkpoint, *\(BundleNames.indexEnding)."
                    : "The folder has \(indexes.count) checkpoints; name one of them, as in "
                        + "\(BundleNames.prefix(ofIndex: indexes[0])).")
        }
        return indexes[0]
    }

    /// The index of the checkpoint that the file `checkpoint` calls `prefix`.
    private static func place(
        _ prefix: String, _ files: any FileSet, _ names: [String]
    ) throws(FormatError) -> String {
        // Savers write whole paths, which lead elsewhere once the folder has been moved.
        let isWhole = prefix.hasPrefix("/")
        var inside = isWhole ? String(prefix.split(separator: "/").last ?? "") : prefix
        while inside.hasPrefix("./") { inside.removeFirst(2) }
        let name = inside + BundleNames.indexEnding
        do throws(FormatError) {
            try files.expectInside(name)
        } catch {
            var error = error.named(TensorFlowFormat.name)
            error.path = state
            throw error
        }
        guard inside.contains("/") || names.contains(name) else {
            throw error(
                .corrupt,
                "The file \"\(state)\" says that the newest checkpoint is \"\(prefix.prefix(200))\", "
                    + "and the folder has no \(name.prefix(200)). Name the checkpoint to read.")
        }
        return name
    }

    private static func indexes(_ names: [String]) -> [String] {
        names.filter { $0.hasSuffix(BundleNames.indexEnding) && !$0.hasPrefix(".") }
    }

    private static func error(_ code: FormatError.Code, _ message: String) -> FormatError {
        FormatError(code, format: TensorFlowFormat.name, message)
    }
}

/// The file `checkpoint` that savers keep beside checkpoints, a protocol buffer as text:
///
///     model_checkpoint_path: "model-1000"
///     all_model_checkpoint_paths: "model-500"
enum CheckpointState {
    private static let byteLimit: UInt64 = 1 << 20
    private static let key = "model_checkpoint_path"

    /// What it says the newest checkpoint is called.
    ///
    /// - Throws: `corrupt`, `limitExceeded`, `io`.
    static func latest(_ source: any ByteSource) throws(FormatError) -> String {
        guard source.byteCount <= byteLimit else {
            throw error(
                .limitExceeded,
                "It has \(source.byteCount) bytes; \(byteLimit) are allowed.")
        }
        let bytes = try source.read(at: 0, byteCount: Int(source.byteCount))
        for line in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            let text = line.drop { $0 == 0x20 || $0 == 0x09 }
            guard text.starts(with: key.utf8) else { continue }
            let rest = text.dropFirst(key.utf8.count).drop {
                $0 == 0x20 || $0 == 0x09 || $0 == 0x3A
            }
            guard let quote = rest.first, quote == 0x22 || quote == 0x27,
                let value = unescaped(rest.dropFirst(), until: quote),
                let path = String(validating: value, as: UTF8.self), !path.isEmpty
            else { break }
            return path
        }
        throw error(
            .corrupt,
            "It does not say which checkpoint is the newest (\(key)). Name the one to read.")
    }

    /// The bytes up to the quote, with `\\n`, `\\303` and the like put in place.
    private static func unescaped(_ bytes: ArraySlice<UInt8>, until quote: UInt8) -> [UInt8]? {
        var result: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            if byte == quote { return result }
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                continue
            }
            let digits = rest.prefix(3).prefix { (0x30...0x37).contains($0) }
            if !digits.isEmpty {
                let number = digits.reduce(0) { $0 << 3 | Int($1 - 0x30) }
                result.append(UInt8(truncatingIfNeeded: number))
                rest = rest.dropFirst(digits.count)
            } else if let next = rest.popFirst() {
                let known: [UInt8: UInt8] = [0x6E: 0x0A, 0x74: 0x09, 0x72: 0x0D]
                result.append(known[next] ?? next)
            }
        }
        return nil
    }

    private static func error(_ code: FormatError.Code, _ message: String) -> FormatError {
        FormatError(code, format: TensorFlowFormat.name, path: "checkpoint", message)
    }
}

import LTFNBytes
import LTFNCheckpoint
import LTFNFormats

/// What must be true of the readers of foreign formats, whatever bytes they are given.
public struct ForeignClaims: Sendable {
    private let format: any CheckpointFormat

    /// nil: there is no format of that name.
    public init?(_ name: String) {
        guard let format = FormatRegistry.standard.format(named: name) else { return nil }
        self.format = format
    }

    /// The first claim that does not hold for `bytes`; nil when all do.
    public func firstBroken(by bytes: [UInt8]) -> String? {
        let prefix = Array(bytes.prefix(FileSetLook.prefixByteCount))
        _ = format.recognizes(prefix: prefix, byteCount: UInt64(bytes.count))
        do throws(FormatError) {
            let reader = try format.open(files(bytes), limits: Claims.limits)
            for index in reader.manifest.variables.indices {
                if let sentence = try firstBroken(by: reader, index) { return sentence }
            }
            try reader.verifyRest()
            return nil
        } catch {
            return flaw(of: error, bytes)
        }
    }

    /// The file of these bytes, and what an index of TensorFlow has beside it.
    private func files(_ bytes: [UInt8]) -> any FileSet {
        guard hasValuesBeside else { return SingleFile(MemorySource(bytes)) }
        return MemoryFileSet(
            ["m.index": bytes, "m.data-00000-of-00001": Self.values], name: "m.index")
    }

    private var hasValuesBeside: Bool { format.traits.name == "tensorflow" }

    private static let values = [UInt8](repeating: 0, count: 4096)

    private func firstBroken(
        by reader: any CheckpointReader, _ index: Int
    ) throws(FormatError) -> String? {
        let variable = reader.manifest.variables[index]
        let byteCount = variable.tensor.byteCount
        // What has no more bytes than the limit is read; a larger one has to be refused.
        let whole: TensorData
        do throws(FormatError) {
            whole = try reader.read(index)
        } catch {
            if byteCount > Claims.limits.tensorByteCount, error.code == .limitExceeded {
                return nil
            }
            throw error
        }
        guard whole.info == variable.tensor else {
            return "\"\(variable.name)\" is read as another tensor than it is described."
        }
        let middle = byteCount / 2
        let parts = try [0..<middle, middle..<byteCount].map { range throws(FormatError) in
            try reader.read(index, bytes: range).copy(of: 0..<range.count)
        }
        guard parts[0] + parts[1] == whole.bytes.copy(of: 0..<byteCount) else {
            return "\"\(variable.name)\" has other values in parts than as a whole."
        }
        return nil
    }

    /// What is wrong with an error as an answer to bytes from anywhere.
    private func flaw(of error: FormatError, _ bytes: [UInt8]) -> String? {
        guard error.code != .notRepresentable else {
            return "An error about bytes has the code \(error.code): \(error)"
        }
        // Of several files one may be missing.
        guard error.code != .io || format.traits.isSet || error.path != nil else {
            return "An error about bytes is one of the system: \(error)"
        }
        let longest = UInt64(max(bytes.count, hasValuesBeside ? Self.values.count : 0))
        guard error.offset.map({ $0 <= longest }) ?? true else {
            return "An error is beyond the end of the file: \(error)"
        }
        return error.message.isEmpty ? "An error says nothing." : nil
    }
}

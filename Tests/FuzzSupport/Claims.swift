import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import LTFNInference
import LTFNInspection

/// What must be true of a reader, whatever bytes it is given.
///
/// A claim that does not hold is told in a sentence; a trap, a hang or too much memory is for the
/// caller to notice.
public enum Claims {
    /// What is allowed to be read: little, so that many files can be looked at in a second.
    public static let limits: DecodingLimits = {
        var limits = DecodingLimits()
        limits.tensorByteCount = 1 << 17
        limits.expandedByteCount = 1 << 17
        return limits
    }()

    /// The first claim that does not hold for `bytes`; nil when all do.
    public static func firstBroken(by bytes: [UInt8]) -> String? {
        do throws(FormatError) {
            let reader = try open(bytes)
            return try firstBroken(by: reader, bytes)
        } catch {
            // Recovery looks at the same bytes with less trust.
            _ = try? NativeReader.recovering(
                MemorySource(bytes), limits: limits, threadCount: 1)
            return flaw(of: error, bytes)
        }
    }

    static func open(_ bytes: [UInt8]) throws(FormatError) -> NativeReader {
        try NativeReader(
            MemorySource(bytes), limits: limits, bases: base.map { [$0] } ?? [], threadCount: 1)
    }

    /// What is wrong with an error as an answer to bytes from anywhere.
    private static func flaw(of error: FormatError, _ bytes: [UInt8]) -> String? {
        guard error.format == "ltfn", error.rule != nil else {
            return "An error names neither format nor rule: \(error)"
        }
        guard error.code != .io, error.code != .notRepresentable else {
            return "An error about bytes has the code \(error.code): \(error)"
        }
        guard error.offset.map({ $0 <= UInt64(bytes.count) }) ?? true else {
            return "An error is beyond the end of the file: \(error)"
        }
        return nil
    }

    private static func firstBroken(
        by reader: NativeReader, _ bytes: [UInt8]
    ) throws(FormatError) -> String? {
        guard try reader.reencodedIndex() == reader.indexBytes() else {
            return "The index of an accepted file is written otherwise than it was read."
        }
        let verdicts = reader.manifest.variables.indices.map { Verdict(reader, $0) }
        for verdict in verdicts {
            switch verdict {
            case .flawed(let sentence): return sentence
            case .refused(let error):
                if let flaw = flaw(of: error, bytes) { return flaw }
            case .unsound, .sound: break
            }
        }
        let isSound = verdicts.allSatisfy(\.isSound)
        // Inspecting costs more than all the rest; over millions of files one in four is enough.
        if CRC32C.checksum(bytes) % 4 == 0,
            let broken = inspection(of: reader, verdicts, bytes)
        {
            return broken
        }
        _ = reader.manifest.graph.map { graph in
            try? BoundNetwork(graph: graph) { reader.manifest[$0]?.tensor.shape }
        }
        let loaded = verdicts.compactMap(\.values)
        guard loaded.count == verdicts.count else { return nil }
        return rewriting(of: reader, loaded, isSound: isSound, bytes)
    }

    /// Inspecting and verifying find what reading finds.
    private static func inspection(
        of reader: NativeReader, _ verdicts: [Verdict], _ bytes: [UInt8]
    ) -> String? {
        let fileByteCount = UInt64(bytes.count)
        let report = VerificationReport(
            of: reader, budget: ExpansionBudget(limits, fileByteCount: fileByteCount))
        if report.isSound, !verdicts.allSatisfy(\.isSound) {
            return "Verifying calls a file sound that is not."
        }
        let layout = TextLayout()
        if report.text(layout, name: "file").isEmpty { return "Verifying says nothing." }
        let shown = CheckpointReport(
            of: reader, name: "file", formatName: "ltfn", fileByteCount: fileByteCount,
            limits: limits)
        for variable in shown.variables {
            guard let number = reader.manifest.index(of: variable.info.name) else { continue }
            if let sentence = verdicts[number].difference(to: variable) { return sentence }
        }
        // Text and document are made of the same; one is enough for most files.
        if CRC32C.checksum(bytes) % 8 == 0 {
            do throws(FormatError) {
                let text = shown.text(layout)
                let document = try JSONReader.read(Array(shown.json.utf8))
                if text.isEmpty || document["variables"] == nil { return "A report is empty." }
            } catch {
                return "The document of an inspection is no JSON: \(error)"
            }
        }
        return nil
    }

    /// What was read can be written, and is read again as the same.
    private static func rewriting(
        of reader: NativeReader, _ values: [TensorData], isSound: Bool, _ bytes: [UInt8]
    ) -> String? {
        let choice = CRC32C.checksum(bytes)
        var options = NativeFormat.WritingOptions()
        options.threadCount = 1
        options.chunkByteCount = 64 << Int(choice % 8)
        do throws(FormatError) {
            let checkpoint = try Checkpoint(manifest: reader.manifest, tensors: values)
            let sink = MemorySink()
            try NativeFormat(options: options).write(checkpoint, to: sink)
            let again = try open(sink.bytes)
            guard again.manifest == reader.manifest else {
                return "The manifest of a file that is written anew is another one."
            }
            guard !isSound || again.contentDigest == reader.contentDigest else {
                return "The content digest of a file that is written anew is another one."
            }
            for (number, before) in values.enumerated() {
                guard try again.read(number).bytes.isEqual(to: before.bytes) else {
                    return "Values of variable \(number) are not read as they were written."
                }
            }
            return nil
        } catch {
            // What was just within the limits may be beyond them in a shorter file.
            return error.code == .limitExceeded
                ? nil : "What was read cannot be written and read again: \(error)"
        }
    }
}

extension AlignedBytes {
    func isEqual(to other: AlignedBytes) -> Bool {
        byteCount == other.byteCount && copy(of: 0..<byteCount) == other.copy(of: 0..<byteCount)
    }
}

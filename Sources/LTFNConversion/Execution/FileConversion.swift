import LTFNBytes
import LTFNCheckpoint
import LTFNFormat

/// The conversion of one file into another: found out about, planned, carried out, proved.
public struct FileConversion: Sendable {
    /// What is wanted.
    public struct Request: Hashable, Sendable {
        public var input: String
        public var output: String
        /// The names of formats; nil: by content and name of the file.
        public var sourceFormat: String?
        public var targetFormat: String?
        /// What may be lost.
        public var allowedLosses: Set<FormatLoss.Subject> = []
        /// What the values of a dtype are known to be instead.
        public var retyping: [Retyping] = []
        /// Files that `.ltfn` files may be stored relative to, in any order.
        public var bases: [String] = []
        /// What an `.ltfn` output is stored relative to.
        public var relativeTo: String?
        /// Whether an `.ltfn` input whose end is missing is read by its last whole index.
        public var recovers = false
        /// Whether a file that stands at `output` is replaced.
        public var replacesOutput = false
        public var verifies = true

        public init(input: String, output: String) {
            self.input = input
            self.output = output
        }
    }

    /// How it ended.
    public struct Outcome: Hashable, Sendable {
        public enum Verification: Hashable, Sendable {
            /// The output was read again and is the same, bit for bit.
            case equal
            /// The output is not the same and was removed; the sentences say where.
            case different([String])
            /// It was not wanted.
            case skipped
            /// The output cannot be read again: a pipe, a device.
            case impossible
        }

        public var verification: Verification
        /// The bytes of the output.
        public var byteCount: UInt64
    }

    public let request: Request
    public let conversion: Conversion
    /// Remarks about the files, a sentence each.
    public let notes: [String]
    /// Whether a file stands at the output's name.
    public let outputExists: Bool
    /// What stands in the way; nothing may be carried out before this is empty.
    public let problems: [ConversionPlan.Problem]

    public var plan: ConversionPlan { conversion.plan }

    /// Opens the input and plans. Nothing is written.
    ///
    /// - Throws: all that opening the input can throw; `unsupportedFeature` for a format that is not
    ///   known, or cannot be read or written.
    public init(
        _ request: Request, registry: FormatRegistry = .standard,
        limits: DecodingLimits = .standard
    ) throws(FormatError) {
        self.request = request
        let native = try NativeFormat(for: request, limits: limits)
        let registry = registry.with(native)
        let target = try registry.target(of: request)
        let source = try FileSource(path: request.input)
        let found = try registry.source(of: request, source)
        let reader = try FormatError.about(request.input) {
            () throws(FormatError) -> any CheckpointReader in
            let reader = try Self.open(source, as: found.format, request, limits: limits)
            try reader.expectBases()
            return reader
        }
        conversion = Conversion(
            of: reader, from: found.format, to: target, allowing: request.allowedLosses,
            retyping: request.retyping, limits: limits)
        var notes = found.note.map { [$0] } ?? []
        if request.recovers, let recovered = reader as? NativeReader {
            notes.append(
                recovered.isWhole
                    ? "The file is whole: nothing had to be recovered."
                    : "Recovered by the last index that is whole, which ends at byte "
                        + "\(recovered.indexEnd): what stands in the "
                        + "\(source.byteCount - recovered.indexEnd) bytes behind it is left out.")
        }
        if let named = registry.format(forPath: request.output),
            named.traits.name != target.traits.name
        {
            notes.append(
                "The output is called as if it were \(named.traits.name), and will be "
                    + "\(target.traits.name).")
        }
        if Self.mayHoldBFloat16(conversion.plan, found.format) {
            notes.append(
                "Values of 16 opaque bits are how \(found.format.traits.name) files hold bfloat16: if "
                    + "they are, say so with --retype bits16=bf16.")
        }
        if let base = native.base, target is NativeFormat {
            notes += Self.note(conversion.plan, relativeTo: base, request).map { [$0] } ?? []
        }
        self.notes = notes
        let budget = ExpansionBudget(limits, fileByteCount: source.byteCount, reader: reader)
        problems =
            conversion.plan.problems + Self.problems(of: conversion.plan, budget)
            + Self.problems(of: request)
        outputExists = Self.exists(request.output)
    }

    private static func exists(_ output: String) -> Bool {
        do throws(FormatError) {
            try DurableFileWriter.check(path: output, replacingExisting: false)
            return false
        } catch {
            return error.isAboutExistingFile
        }
    }

    private static func problems(
        of plan: ConversionPlan, _ budget: ExpansionBudget
    ) -> [ConversionPlan.Problem] {
        var budget = budget
        do throws(FormatError) {
            try budget.charge(plan.valueByteCount)
            try budget.charge(plan.replayedByteCount)
            return []
        } catch {
            return [.expansion(error)]
        }
    }

    private static func open(
        _ source: any ByteSource, as format: any CheckpointFormat, _ request: Request,
        limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader {
        guard request.recovers else { return try format.open(source, limits: limits) }
        guard let native = format as? NativeFormat else {
            throw FormatError(
                .unsupportedFeature,
                "Only .ltfn files can be recovered, this is "
                    + "\(format.traits.name).")
        }
        if let whole = try? native.open(source, limits: limits) { return whole }
        return try NativeReader.recovering(source, limits: limits, bases: native.bases)
    }

    /// A remark when not all variables can be stored relative to the base.
    private static func note(
        _ plan: ConversionPlan, relativeTo base: NativeReader, _ request: Request
    ) -> String? {
        let own = plan.steps.map(\.target).filter { $0.tiedTo == nil }
        let strange = own.filter { base.manifest[$0.name]?.tensor != $0.tensor }
        guard !strange.isEmpty else { return nil }
        let verbs = strange.count == 1 ? ("is not", "it is") : ("are not", "they are")
        return "\(strange.count) of \(NumberText.counted(own.count, "variable")), "
            + "\"\(strange[0].name)\" first, \(verbs.0) in \(request.relativeTo ?? "") with the same "
            + "dtype and shape: \(verbs.1) stored whole."
    }

    /// Whether opaque bits stay what they are in a file whose format has no bfloat16.
    private static func mayHoldBFloat16(
        _ plan: ConversionPlan, _ format: any CheckpointFormat
    ) -> Bool {
        !format.traits.dtypes.contains(.bf16)
            && plan.steps.contains {
                $0.source.tensor.dtype == .bits16 && $0.target.tensor.dtype == .bits16
            }
    }

    private static func problems(of request: Request) -> [ConversionPlan.Problem] {
        do throws(FormatError) {
            try DurableFileWriter.check(
                path: request.output, replacingExisting: request.replacesOutput)
            return []
        } catch {
            return [.output(error)]
        }
    }

    /// Writes the output, reads it again, and only then gives it its name: until the end, whatever
    /// stood there is untouched.
    ///
    /// - Returns: nil when `observer` wanted to stop.
    /// - Throws: all that readers and writers throw.
    public func run(
        observer: @escaping Conversion.Observer = { _ in true }
    ) throws(FormatError) -> Outcome? {
        let writer = try DurableFileWriter(
            path: request.output, replacingExisting: request.replacesOutput)
        defer { writer.abandon() }
        let written: Conversion.Written?
        do throws(FormatError) {
            written = try conversion.write(to: writer, observer: observer)
        } catch {
            throw error.about(error.code == .io ? error.path : request.input)
        }
        guard let written, let verification = try verify(writer, written, observer: observer)
        else { return nil }
        if case .different = verification {} else { try writer.commit() }
        return Outcome(verification: verification, byteCount: writer.position)
    }

    private func verify(
        _ writer: DurableFileWriter, _ written: Conversion.Written,
        observer: @escaping Conversion.Observer
    ) throws(FormatError) -> Outcome.Verification? {
        guard request.verifies else { return .skipped }
        guard let draft = try writer.draftSource() else { return .impossible }
        do throws(FormatError) {
            let differences = try conversion.differences(
                in: draft, written: written, observer: observer)
            return differences.map { $0.isEmpty ? .equal : .different($0) }
        } catch {
            // The source was read well, and is not read again: the output is what cannot be read.
            if error.code == .io { throw error }
            return .different(["The output cannot be read again: \(error.message)"])
        }
    }
}

extension NativeFormat {
    /// - Throws: all that opening the base files throws.
    fileprivate init(
        for request: FileConversion.Request, limits: DecodingLimits
    ) throws(FormatError) {
        self.init(bases: try BaseFiles(paths: request.bases, limits: limits).readers)
        guard let path = request.relativeTo else { return }
        base = try FormatError.about(path) { [bases] () throws(FormatError) in
            let reader = try NativeReader(
                FileSource(path: path), limits: limits, bases: bases)
            try reader.expectBases()
            return reader
        }
    }
}

extension FormatRegistry {
    fileprivate func target(
        of request: FileConversion.Request
    ) throws(FormatError) -> any CheckpointFormat {
        let format: any CheckpointFormat
        if let name = request.targetFormat {
            format = try known(name)
        } else if let named = self.format(forPath: request.output) {
            format = named
        } else {
            throw FormatError(
                .unsupportedFeature, path: request.output,
                "The name tells of no format that is known. Say which one with --to: \(names).")
        }
        guard format.traits.canWrite else {
            throw FormatError(
                .unsupportedFeature, "\(format.traits.name) can be read, but not written.")
        }
        return format
    }

    fileprivate func source(
        of request: FileConversion.Request, _ source: any ByteSource
    ) throws(FormatError) -> Identification {
        let found: Identification
        if let name = request.sourceFormat {
            found = Identification(format: try known(name))
        } else {
            found = try identify(source, path: request.input)
        }
        guard found.format.traits.canRead else {
            throw FormatError(
                .unsupportedFeature, path: request.input,
                "\(found.format.traits.name) can be written, but not read.")
        }
        return found
    }

    private func known(_ name: String) throws(FormatError) -> any CheckpointFormat {
        guard let format = format(named: name) else {
            throw FormatError(
                .unsupportedFeature, "There is no format called \(name.prefix(40)): \(names).")
        }
        return format
    }

    private var names: String { formats.map(\.traits.name).joined(separator: ", ") }
}

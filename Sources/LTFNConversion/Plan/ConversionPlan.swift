import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange

/// What a conversion will do, and all that stands in its way, known before any work.
public struct ConversionPlan: Sendable {
    /// What happens to one variable.
    public struct Step: Hashable, Sendable {
        public var source: VariableInfo
        /// What the output will hold.
        public var target: VariableInfo
    }

    /// Something that must change before the conversion can be carried out.
    public enum Problem: Hashable, Sendable {
        /// The target format cannot hold the values.
        case notRepresentable(FormatLoss)
        /// Something would be lost that nobody allowed to be lost.
        case notAllowed(FormatLoss.Subject, [FormatLoss])
        /// What is to be chosen is not there.
        case selection(String, remedy: FormatError.Remedy? = nil)
        /// What is to be changed cannot be.
        case change(ChangeProblem)
        /// The values are more than a file of this length may ask for.
        case expansion(FormatError)
        /// The output has no place.
        case output(FormatError)
    }

    /// The names of the two formats.
    public let sourceFormat: String
    public let targetFormat: String
    /// In the order of the source.
    public let steps: [Step]
    /// What the source says of itself.
    public let source: Manifest
    /// What the output will say of itself; nil when it cannot be made.
    public let target: Manifest?
    /// All that is lost, allowed or not.
    public let losses: [FormatLoss]
    public var problems: [Problem]

    /// Plans a conversion.
    ///
    /// - Parameters:
    ///   - allowed: what may be lost.
    ///   - retyping: what the values of a dtype are known to be instead. A record of how they were
    ///     first filled that is then not true any more is a loss.
    ///   - earlier: what the file holds and `manifest` already does not.
    public init(
        converting manifest: Manifest, from source: any CheckpointFormat,
        to target: any CheckpointFormat, allowing allowed: Set<FormatLoss.Subject> = [],
        retyping: [Retyping] = [], losing earlier: [FormatLoss] = []
    ) {
        sourceFormat = source.traits.name
        targetFormat = target.traits.name
        self.source = manifest
        let original = manifest
        let keepsHints = target.keepsVariableMetadata
        let retyped = Self.applying(retyping, to: manifest)
        let manifest = keepsHints ? retyped : Self.withoutHints(retyped)
        let own = Self.losses(of: target, writing: manifest)
        let later = own + Self.untrueInitializers(original, manifest, own)
        losses = earlier + later
        problems = Self.problems(losses, allowing: allowed.union([.member]))
        let byVariable = Self.byVariable(later)
        let targets = manifest.variables.map {
            Self.applying(byVariable[$0.name] ?? [], to: $0)
        }
        let recorded = keepsHints ? Self.recordingTies(of: manifest, in: targets) : targets
        steps = zip(original.variables, recorded).map { Step(source: $0, target: $1) }
        let file = Set(losses.filter { $0.variable == nil }.map(\.subject))
        self.target = try? Manifest(
            variables: steps.map(\.target),
            metadata: file.contains(.metadata) ? [:] : manifest.metadata,
            graph: file.contains(.graph) ? nil : manifest.graph)
    }

    /// Whether nothing stands in the way.
    public var isExecutable: Bool { problems.isEmpty && target != nil }

    /// The bytes of all values that will be written.
    public var valueByteCount: UInt64 {
        steps.filter { $0.target.tiedTo == nil }
            .reduce(0) { CheckedSize.total($0, UInt64($1.target.tensor.byteCount)) }
    }

    /// The bytes of the initial values of tied variables, which are made to be checked and go
    /// nowhere.
    var replayedByteCount: UInt64 {
        steps.filter { $0.target.tiedTo != nil && $0.target.initializer?.isReproducible == true }
            .reduce(0) { CheckedSize.total($0, UInt64($1.target.tensor.byteCount)) }
    }

    private static func problems(
        _ losses: [FormatLoss], allowing allowed: Set<FormatLoss.Subject>
    ) -> [Problem] {
        let impossible = losses.filter { $0.subject == .values }
        let unasked = FormatLoss.Subject.allCases.filter {
            $0 != .values && !allowed.contains($0)
        }
        return impossible.map { .notRepresentable($0) }
            + unasked.compactMap { subject in
                let lost = losses.filter { $0.subject == subject }
                return lost.isEmpty ? nil : .notAllowed(subject, lost)
            }
    }

    /// What the target loses. Blocks have no place where nobody knows of them.
    private static func losses(
        of target: any CheckpointFormat, writing manifest: Manifest
    ) -> [FormatLoss] {
        let losses = target.losses(writing: manifest)
        let format = target.traits
        guard !format.keepsBlocks else { return losses }
        let packed = manifest.variables.filter { $0.blocks != nil }
        if packed.isEmpty { return losses }
        let names = Set(packed.map(\.name))
        let others = losses.filter { loss in
            loss.subject != .values || !(loss.variable.map(names.contains) ?? false)
        }
        return others + BlockLosses(packed, in: format.name).losses
    }

    private static func byVariable(_ losses: [FormatLoss]) -> [VariableName: [FormatLoss]] {
        var result: [VariableName: [FormatLoss]] = [:]
        for loss in losses {
            if let variable = loss.variable { result[variable, default: []].append(loss) }
        }
        return result
    }

    /// The records that are not true any more when variables have other dtypes.
    ///
    /// - Parameter losses: what the target format loses.
    private static func untrueInitializers(
        _ original: Manifest, _ retyped: Manifest, _ losses: [FormatLoss]
    ) -> [FormatLoss] {
        let known = byVariable(losses)
        return zip(original.variables, retyped.variables).compactMap { before, variable in
            let target = applying(known[variable.name] ?? [], to: variable)
            guard let record = target.initializer,
                !record.isTrue(of: target.tensor.dtype, as: before.tensor.dtype)
            else { return nil }
            return .initializer(of: before, as: target.tensor.dtype)
        }
    }

    /// The manifest with other dtypes, the bits being what they are.
    private static func applying(_ retyping: [Retyping], to manifest: Manifest) -> Manifest {
        let variables = manifest.variables.map { variable in
            var result = variable
            if variable.blocks == nil,
                let dtype = retyping.first(where: { $0.from == variable.tensor.dtype })?.to,
                let tensor = try? TensorInfo(dtype: dtype, shape: variable.tensor.shape)
            {
                result.tensor = tensor
            }
            return result
        }
        let retyped = try? Manifest(
            variables: variables, metadata: manifest.metadata, graph: manifest.graph)
        return retyped ?? manifest
    }

    /// The manifest without what is said for the way back alone, which is no loss where there is
    /// none.
    private static func withoutHints(_ manifest: Manifest) -> Manifest {
        let keys = [VariableInfo.tieKey, VariableInfo.initialKey]
        guard
            manifest.variables.contains(where: { variable in
                keys.contains { variable.metadata[$0] != nil }
            })
        else { return manifest }
        let variables = manifest.variables.map { variable in
            var result = variable
            for key in keys { result.metadata[key] = nil }
            return result
        }
        let plain = try? Manifest(
            variables: variables, metadata: manifest.metadata, graph: manifest.graph)
        return plain ?? manifest
    }

    /// The variables of the output, where copies name what they shared their values with.
    ///
    /// - Parameter manifest: with the ties.
    private static func recordingTies(
        of manifest: Manifest, in targets: [VariableInfo]
    ) -> [VariableInfo] {
        var recorded = targets
        for (index, variable) in manifest.variables.enumerated() where targets[index].tiedTo == nil
        {
            guard let holder = variable.tiedTo.flatMap({ manifest.index(of: $0) }) else { continue }
            recorded[index].metadata[VariableInfo.tieKey] = .string(targets[holder].name.string)
        }
        return recorded
    }

    /// The variable as it will be without what is lost.
    private static func applying(
        _ losses: [FormatLoss], to variable: VariableInfo
    ) -> VariableInfo {
        var result = variable
        for loss in losses {
            switch loss.subject {
            case .values, .member, .graph: break
            case .dtype:
                guard let dtype = loss.replacement.flatMap(DType.init(rawValue:)),
                    let tensor = try? TensorInfo(dtype: dtype, shape: variable.tensor.shape)
                else { continue }
                result.tensor = tensor
            case .name:
                guard let name = loss.replacement.flatMap({ try? VariableName($0) }) else {
                    continue
                }
                result.name = name
            case .tie: result.tiedTo = nil
            case .initializer: result.initializer = nil
            case .metadata: result.metadata = [:]
            }
        }
        return result
    }
}

extension ConversionPlan.Problem: CustomStringConvertible {
    /// What it is, and what to do.
    public var description: String {
        ([sentence] + remedies.map(\.description)).joined(separator: " ")
    }

    /// What it is.
    public var sentence: String {
        switch self {
        case .notRepresentable(let loss):
            loss.variable.map { "\"\($0)\": " + loss.reason } ?? loss.reason
        case .notAllowed(_, let losses):
            LossSummary.summaries(of: losses).map(\.description).joined(separator: " ")
        case .selection(let sentence, _): sentence
        case .change(let problem): problem.sentence
        case .expansion(let error): error.message
        case .output(let error):
            (error.path.map { $0 + ": " } ?? "") + error.message
        }
    }

    /// What helps.
    public var remedies: [FormatError.Remedy] {
        switch self {
        case .notRepresentable(let loss): loss.remedy.map { [$0] } ?? []
        case .notAllowed(let subject, let losses):
            LossSummary.summaries(of: losses).compactMap(\.remedy) + [.allowLoss(subject.rawValue)]
        case .selection(_, let remedy): remedy.map { [$0] } ?? []
        case .change(let problem): problem.remedy.map { [$0] } ?? []
        case .expansion(let error), .output(let error): error.remedy.map { [$0] } ?? []
        }
    }
}

extension ConversionPlan.Problem {
    /// Whether it is that a file stands where the output is to go.
    public var isAboutExistingOutput: Bool {
        if case .output(let error) = self { error.isAboutExistingFile } else { false }
    }
}

extension FormatError {
    var isAboutExistingFile: Bool { remedy == .replaceOutput }
}

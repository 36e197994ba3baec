import LTFNBytes
import LTFNCheckpoint
import LTFNInference

/// What the asked changes make of a checkpoint, and all that stands in their way.
package struct ChangePlan {
    /// In the order of `manifest`.
    package internal(set) var changes: [VariableChange] = []
    /// What comes out.
    package internal(set) var manifest: Manifest
    package internal(set) var problems: [ChangeProblem] = []
    /// What is done to several variables at once, a sentence each.
    var notes: [String] = []
    /// The layouts of the kernels before and after.
    var layouts: (source: KernelLayout, target: KernelLayout)?
    /// The checkpoint before some of its variables were chosen: layers need the shapes of all.
    let whole: Manifest
    /// Whether the checkpoint comes out as it was.
    var changesNothing = true

    /// - Parameters:
    ///   - whole: the source with the variables that are left out of it.
    ///   - convention: the layout that the source's format has its kernels in.
    ///   - output: the layout that readers of the output's format expect of kernels; nil: they
    ///     expect none.
    package init(
        _ wanted: Changes, of source: Manifest, whole: Manifest? = nil,
        convention: KernelLayout?, output: KernelLayout? = nil
    ) {
        let preset = wanted.preset.map { PresetPlan($0, of: source) }
        var source = source
        if let graph = preset?.graph { source.graph = graph }
        problems = preset?.problems ?? []
        manifest = source
        self.whole = whole ?? source
        defer { recordLayout(source, convention, output) }
        changes = source.variables.enumerated().map {
            VariableChange(position: $0.offset, source: $0.element, target: $0.element)
        }
        guard !wanted.isEmpty else { return }
        changesNothing = false
        let layout = wanted.layout.flatMap { permute($0, source, convention) }
        cast(wanted.dtypes)
        keepTies()
        let names = rename(wanted.names + (preset?.names ?? []))
        describeInitializers()
        manifest.metadata = metadata(wanted.metadata, layout)
        manifest.graph = graph(names)
        finish()
    }

    mutating func problem(_ sentence: String, remedy: FormatError.Remedy? = nil) {
        problems.append(ChangeProblem(sentence, remedy: remedy))
    }

    /// Puts the variables in the order of their new names.
    private mutating func finish() {
        do throws(FormatError) {
            manifest = try Manifest(
                variables: changes.map(\.target), metadata: manifest.metadata,
                graph: manifest.graph)
            changes.sort { $0.target.name < $1.target.name }
        } catch {
            if problems.isEmpty {
                problems.append(ChangeProblem(error))
            }
        }
    }

    /// Tied variables become what their targets become.
    private mutating func keepTies() {
        var places: [VariableName: Int] = [:]
        for (place, change) in changes.enumerated() { places[change.source.name] = place }
        for place in changes.indices {
            guard let target = changes[place].source.tiedTo, let other = places[target],
                changes[place].target.tensor != changes[other].target.tensor
            else { continue }
            changes[place].target.tensor = changes[other].target.tensor
            changes[place].permutation = changes[other].permutation
        }
    }

    /// Recipes whose values come out otherwise still tell what was done; replaying them would not
    /// give the initial values in their new form. Where it is only the order of axes, how to replay
    /// them is kept until they are back in their old one.
    private mutating func describeInitializers() {
        var count = 0
        for place in changes.indices where changes[place].changesValues {
            if restoreInitializer(place) { continue }
            guard let record = changes[place].target.initializer, record.isReproducible else {
                continue
            }
            // One value for all is the same in any order.
            if changes[place].dtype == nil,
                record.repeatedElement(in: changes[place].source.tensor.dtype) != nil
            {
                continue
            }
            if changes[place].dtype == nil, let layout = layouts?.source {
                changes[place].target.metadata[VariableInfo.initialKey] =
                    InitialRecord(of: changes[place].source, in: layout)?.metadata
            }
            changes[place].target.initializer?.evidence = .descriptive
            count += 1
        }
        if count > 0 {
            notes.append(
                "The initializers of \(NumberText.counted(count, "variable")) are kept as descriptions "
                    + "only: replaying them would give the values before this change.")
        }
    }

    /// Lets the initial values be made again, when the axes are back where they were.
    private mutating func restoreInitializer(_ place: Int) -> Bool {
        let target = changes[place].target
        guard let value = target.metadata[VariableInfo.initialKey] else { return false }
        // Other values than those that were permuted have no old order to go back to.
        if changes[place].dtype != nil {
            changes[place].target.metadata[VariableInfo.initialKey] = nil
            return false
        }
        guard let record = InitialRecord(value), let layout = layouts?.target,
            record.fits(target, in: layout)
        else { return false }
        changes[place].target.metadata[VariableInfo.initialKey] = nil
        changes[place].target.initializer?.evidence = .reproducible(
            algorithmVersion: record.algorithmVersion, digest: record.digest)
        return true
    }

    private mutating func metadata(_ rules: [MetadataRule], _ layout: KernelLayout?) -> Metadata {
        var metadata = manifest.metadata
        if let layout {
            // A graph without a record means this one.
            let isUsual = layout == .tensorflow && manifest.hasWholeGraph
            metadata[KernelLayout.metadataKey] = isUsual ? nil : .string(layout.rawValue)
        }
        for rule in rules {
            if rule.key.hasPrefix("ltfn.") {
                problem(
                    "\"\(rule.key)\" cannot be set: keys that begin with ltfn. are records of the "
                        + "toolkit's own.")
            }
            metadata[rule.key] = .string(rule.value)
        }
        return metadata
    }
}

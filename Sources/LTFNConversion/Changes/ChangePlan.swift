import LTFNBytes
import LTFNCheckpoint
import LTFNInference

/// What the asked changes make of a checkpoint, and all that stands in their way.
package struct ChangePlan {
    /// In the order of `manifest`.
    package private(set) var changes: [VariableChange] = []
    /// What comes out.
    package private(set) var manifest: Manifest
    package private(set) var problems: [ChangeProblem] = []
    /// What is done to several variables at once, a sentence each.
    private(set) var notes: [String] = []
    /// The layouts of the kernels before and after.
    private var layouts: (source: KernelLayout, target: KernelLayout)?
    /// The checkpoint before some of its variables were chosen: layers need the shapes of all.
    private let whole: Manifest
    /// Whether the checkpoint comes out as it was.
    private(set) var changesNothing = true

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

    private mutating func problem(_ sentence: String, remedy: FormatError.Remedy? = nil) {
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

// The record of the layout.
extension ChangePlan {
    /// Kernels that keep a layout which the output would not tell rightly: it is recorded.
    private mutating func recordLayout(
        _ source: Manifest, _ convention: KernelLayout?, _ output: KernelLayout?
    ) {
        // What was permuted is recorded already.
        guard layouts == nil, !manifest.hasWholeGraph else { return }
        let recorded = (try? source.recordedKernelLayout()) ?? nil
        let layout = recorded ?? (source.graph == nil ? convention : .tensorflow)
        guard let layout, let output else { return }
        if layout == output {
            // Without a record it means the same.
            guard recorded != nil else { return }
            manifest.metadata[KernelLayout.metadataKey] = nil
            changesNothing = false
        } else if recorded == nil, manifest.variables.contains(where: \.mayBeKernel) {
            manifest.metadata[KernelLayout.metadataKey] = .string(layout.rawValue)
            changesNothing = false
            notes.append(
                "The kernels stay in the layout of \(layout.rawValue), which is recorded.")
        }
    }
}

extension VariableInfo {
    fileprivate var mayBeKernel: Bool { (2...5).contains(elementShape.rank) }
}

extension Manifest {
    /// Whether there is a graph, and every variable that it uses.
    fileprivate var hasWholeGraph: Bool {
        graph?.variableNames.allSatisfy { index(of: $0) != nil } ?? false
    }
}

// Names.
extension ChangePlan {
    /// - Returns: the new names by the old ones.
    private mutating func rename(_ rules: [NameRule]) -> [VariableName: VariableName] {
        var used = Set<NameRule>()
        var names: [VariableName: VariableName] = [:]
        var taken: [VariableName: VariableName] = [:]
        for place in changes.indices {
            let old = changes[place].source.name
            var new = old
            for rule in rules {
                guard let text = rule.renamed(old.string) else { continue }
                used.insert(rule)
                do throws(FormatError) {
                    new = try VariableName(text)
                } catch {
                    problem("\"\(old)\" cannot be renamed: \(error.message)")
                }
                break
            }
            if let other = taken.updateValue(old, forKey: new) {
                problem("\"\(other)\" and \"\(old)\" would both be called \"\(new)\".")
            }
            names[old] = new
            changes[place].target.name = new
        }
        for rule in rules where !used.contains(rule) {
            problem("No variable fits \"\(rule.old)\", which was to be renamed.")
        }
        for place in changes.indices {
            changes[place].target.tiedTo = changes[place].target.tiedTo.map { names[$0] ?? $0 }
            guard case .string(let text)? = changes[place].target.metadata[VariableInfo.tieKey],
                let old = try? VariableName(text), let new = names[old]
            else { continue }
            changes[place].target.metadata[VariableInfo.tieKey] = .string(new.string)
        }
        return names
    }

    private func graph(_ names: [VariableName: VariableName]) -> ModelGraph? {
        guard var graph = manifest.graph else { return nil }
        graph.renameVariables { names[$0] ?? $0 }
        return graph
    }
}

// Dtypes.
extension ChangePlan {
    private mutating func cast(_ rules: [DTypeRule]) {
        var used = Set<DTypeRule>()
        var refused: [DType: VariableName] = [:]
        for place in changes.indices {
            let variable = changes[place].target
            let name = variable.name.string
            guard
                let rule = rules.first(where: { rule in
                    rule.pattern.map { $0.matches(name) } ?? variable.tensor.dtype.isCastable
                })
            else { continue }
            used.insert(rule)
            guard variable.tensor.dtype != rule.dtype else { continue }
            if let blocks = variable.blocks {
                problem(
                    "\"\(name)\" is \(blocks.type.rawValue), which cannot be given another dtype as "
                        + "it is.", remedy: .dequantize)
                continue
            }
            guard variable.tensor.dtype.isCastable,
                let tensor = try? TensorInfo(dtype: rule.dtype, shape: variable.tensor.shape)
            else {
                refused[variable.tensor.dtype] = variable.name
                continue
            }
            changes[place].target.tensor = tensor
        }
        for (dtype, name) in refused.sorted(by: { $0.value < $1.value }) {
            problem(
                "\"\(name)\" is \(dtype.rawValue), which cannot be given another dtype; expected "
                    + "floating-point numbers.")
        }
        for rule in rules {
            guard let pattern = rule.pattern, !used.contains(rule) else { continue }
            problem(
                "No variable fits \"\(pattern.text)\", which was to become \(rule.dtype.rawValue)."
            )
        }
    }
}

// Layout.
extension ChangePlan {
    /// - Returns: the layout that comes out; nil when it cannot be told what to do.
    private mutating func permute(
        _ request: LayoutRequest, _ source: Manifest, _ convention: KernelLayout?
    ) -> KernelLayout? {
        do throws(FormatError) {
            guard let layout = try Self.layout(of: source, request, convention) else {
                problem(
                    "The layout of the input's kernels is not recorded.",
                    remedy: .nameSourceLayout)
                return nil
            }
            let roles: [VariableName: KernelRole]
            if let graph = source.graph {
                guard request.flattens == nil, request.kept.isEmpty else {
                    problem(
                        "The file has a graph, which tells what its kernels are.",
                        remedy: .leaveOutKernelRules)
                    return nil
                }
                roles = Self.withSlots(
                    try graph.kernelRoles(in: layout) {
                        (source[$0] ?? whole[$0])?.tensor.shape
                    }, source)
            } else {
                roles = layout == request.target ? [:] : self.roles(request)
            }
            layouts = (layout, request.target)
            permute(roles, from: layout, to: request.target)
            return request.target
        } catch {
            problems.append(ChangeProblem(error))
            return nil
        }
    }

    /// What an optimizer keeps for a kernel, value by value, is called as the kernel, a slash and
    /// what it is, and has the order of the kernel's axes.
    private static func withSlots(
        _ roles: [VariableName: KernelRole], _ source: Manifest
    ) -> [VariableName: KernelRole] {
        var roles = roles
        for variable in source.variables where roles[variable.name] == nil {
            guard let slash = variable.name.string.lastIndex(of: "/"),
                let kernel = try? VariableName(String(variable.name.string[..<slash])),
                source[kernel]?.elementShape == variable.elementShape
            else { continue }
            roles[variable.name] = roles[kernel]
        }
        return roles
    }

    private static func layout(
        of source: Manifest, _ request: LayoutRequest, _ convention: KernelLayout?
    ) throws(FormatError) -> KernelLayout? {
        let recorded =
            try source.recordedKernelLayout() ?? (source.graph == nil ? nil : .tensorflow)
        if let recorded, let said = request.source, said != recorded {
            throw FormatError(
                .corrupt,
                "The file records that its kernels are in the layout of \(recorded.rawValue), not of "
                    + "\(said.rawValue).")
        }
        return recorded ?? request.source ?? convention
    }

    /// What the variables are by the convention of all three frameworks: what has two axes is a
    /// dense kernel, what has three to five is that of a convolution.
    private mutating func roles(_ request: LayoutRequest) -> [VariableName: KernelRole] {
        var roles: [VariableName: KernelRole] = [:]
        var used = Set<FlattenRule>()
        var (convolutions, dense) = (0, 0)
        for change in changes {
            let name = change.source.name
            if request.kept.contains(where: { $0.matches(name.string) }) { continue }
            let flatten = request.flattens?.first { $0.pattern.matches(name.string) }
            // A pattern that fits a layer's kernel fits its bias, too.
            if let flatten, change.source.elementShape.rank > 1 || flatten.pattern.isLiteral {
                used.insert(flatten)
                roles[name] = flatten.role
                continue
            }
            switch change.source.elementShape.rank {
            case 2:
                roles[name] = .dense
                dense += 1
            case 3...5:
                roles[name] = .convolution(spatialRank: change.source.tensor.shape.rank - 2)
                convolutions += 1
            default: break
            }
        }
        if request.flattens == nil, convolutions > 0, dense > 0 {
            problem(
                "The file has no graph.",
                remedy: .nameFlattens)
        }
        for rule in request.flattens ?? [] where !used.contains(rule) {
            problem(
                "No variable fits \"\(rule.pattern.text)\", which was to follow a flatten.")
        }
        for pattern in request.kept
        where !changes.contains(where: { pattern.matches($0.source.name.string) }) {
            problem("No variable's name fits \"\(pattern.text)\", which is to be no kernel.")
        }
        return roles
    }

    private mutating func permute(
        _ roles: [VariableName: KernelRole], from source: KernelLayout, to target: KernelLayout
    ) {
        var done: [String] = []
        for place in changes.indices {
            let variable = changes[place].source
            guard let role = roles[variable.name] else { continue }
            if let blocks = variable.blocks {
                problem(
                    "The axes of \"\(variable.name)\", which is \(blocks.type.rawValue), cannot change "
                        + "places as they are.", remedy: .dequantize)
                continue
            }
            do throws(FormatError) {
                let permutation = try role.permutation(
                    of: variable.tensor.shape, from: source, to: target)
                guard let permutation else { continue }
                _ = try AxisPermutation.order(permutation, of: variable.tensor.dtype)
                changes[place].permutation = permutation
                changes[place].target.tensor = try TensorInfo(
                    dtype: variable.tensor.dtype, shape: permutation.shape)
                done.append(
                    "\(variable.name) \(variable.tensor.shape) → \(permutation.shape)"
                        + (role.isAfterFlatten ? " after a flatten" : ""))
            } catch {
                problems.append(ChangeProblem(error, of: variable.name))
            }
        }
        guard !done.isEmpty else {
            if source == target, problems.isEmpty {
                notes.append(
                    "The kernels are in the layout of \(target.rawValue) already; none is permuted."
                )
            }
            return
        }
        let shown = done.prefix(8).joined(separator: ", ")
        notes.append(
            "\(NumberText.counted(done.count, "kernel")) \(done.count == 1 ? "changes" : "change") "
                + "from \(source.rawValue) to \(target.rawValue) layout: \(shown)"
                + (done.count > 8 ? " and \(done.count - 8) more." : "."))
    }
}

extension KernelRole {
    fileprivate var isAfterFlatten: Bool {
        if case .denseAfterFlatten = self { true } else { false }
    }
}

extension ModelGraph {
    /// Gives the variables that the layers use other names.
    mutating func renameVariables(_ name: (VariableName) -> VariableName) {
        for index in layers.indices {
            switch layers[index].operation {
            case .convolution2D(var convolution):
                convolution.weights = name(convolution.weights)
                convolution.bias = convolution.bias.map(name)
                layers[index].operation = .convolution2D(convolution)
            case .dense(let weights, let bias):
                layers[index].operation = .dense(weights: name(weights), bias: bias.map(name))
            case .relu, .maxPool2D, .flatten: break
            }
        }
    }
}

import LTFNBytes
import LTFNCheckpoint
import LTFNInference

extension ChangePlan {
    /// - Returns: the layout that comes out; nil when it cannot be told what to do.
    mutating func permute(
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

import LTFNBytes
import LTFNCheckpoint

/// A network whose checkpoints by another program are known: what its variables are called there,
/// and what is computed with them.
public enum Preset: String, Hashable, Sendable, CaseIterable {
    /// The network of the tutorial on weight initialization, as its TensorFlow program saves it:
    /// what that does not name is `Variable`, `Variable_1` and so on, in the order it is made in.
    case tutorial
}

/// What a preset makes of a checkpoint.
struct PresetPlan {
    /// The new names of variables, and of what an optimizer keeps for them.
    private(set) var names: [NameRule] = []
    /// The network, with the names that its variables have in the checkpoint.
    private(set) var graph: ModelGraph?
    private(set) var problems: [ChangeProblem] = []

    /// Variables with a name of ours are those; the others are the unnamed ones, in their order.
    init(_ preset: Preset, of source: Manifest) {
        let network: TutorialNetwork
        do throws(FormatError) {
            network = try TutorialNetwork()
        } catch {
            problems = [ChangeProblem(error)]
            return
        }
        var unnamed = Self.unnamed(in: source)[...]
        var old: [VariableName: VariableName] = [:]
        for expected in network.variables {
            guard let found = source[expected.name] ?? unnamed.popFirst() else {
                problems.append(
                    ChangeProblem(
                        "There is no \"\(expected.name)\" (f32 \(expected.tensor.shape)), and no unnamed "
                            + "variable that it could be."))
                continue
            }
            guard found.tensor == expected.tensor else {
                problems.append(
                    ChangeProblem(
                        "\"\(found.name)\" is \(found.tensor.dtype.rawValue) \(found.tensor.shape); "
                            + "\"\(expected.name)\" of the network is f32 \(expected.tensor.shape)."
                    ))
                continue
            }
            old[expected.name] = found.name
            rename(found.name, expected.name, source)
        }
        guard problems.isEmpty else { return }
        var graph = network.graph
        graph.renameVariables { old[$0] ?? $0 }
        self.graph = graph
    }

    /// `Variable`, `Variable_1` and so on, in the order of their numbers.
    private static func unnamed(in source: Manifest) -> [VariableInfo] {
        var found: [VariableInfo] = []
        var name = "Variable"
        while let key = try? VariableName(name), let variable = source[key] {
            found.append(variable)
            name = "Variable_\(found.count)"
        }
        return found
    }

    /// Slots of optimizers are called as their variable, a slash, and what they are.
    private mutating func rename(
        _ old: VariableName, _ new: VariableName, _ source: Manifest
    ) {
        guard old != new else { return }
        do throws(FormatError) {
            names.append(try NameRule(old: old.string, new: new.string))
            if source.variables.contains(where: { $0.name.string.hasPrefix(old.string + "/") }) {
                names.append(try NameRule(old: old.string + "/*", new: new.string + "/*"))
            }
        } catch {
            problems.append(ChangeProblem(error, of: old))
        }
    }
}

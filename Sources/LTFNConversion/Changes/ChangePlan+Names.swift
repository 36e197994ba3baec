import LTFNBytes
import LTFNCheckpoint

extension ChangePlan {
    /// - Returns: the new names by the old ones.
    mutating func rename(_ rules: [NameRule]) -> [VariableName: VariableName] {
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

    func graph(_ names: [VariableName: VariableName]) -> ModelGraph? {
        guard var graph = manifest.graph else { return nil }
        graph.renameVariables { names[$0] ?? $0 }
        return graph
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

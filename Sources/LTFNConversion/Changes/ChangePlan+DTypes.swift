import LTFNBytes
import LTFNCheckpoint

extension ChangePlan {
    mutating func cast(_ rules: [DTypeRule]) {
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

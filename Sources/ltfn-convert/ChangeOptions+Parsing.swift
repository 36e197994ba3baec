import ArgumentParser
import LTFNBytes
import LTFNCheckpoint
import LTFNConversion

extension NameRule {
    /// Reads `conv1.weight=layer1_weights`.
    static func parse(_ text: String) throws -> NameRule {
        let (old, new) = try halves(text, "OLD=NEW, as in conv1.weight=layer1_weights")
        do {
            return try NameRule(old: old, new: new)
        } catch {
            throw ValidationError(error.message)
        }
    }
}

extension MetadataRule {
    /// Reads `format=pt`.
    static func parse(_ text: String) throws -> MetadataRule {
        let (key, value) = try halves(text, "KEY=VALUE, as in format=pt")
        guard !key.isEmpty else {
            throw ValidationError("the key is empty; expected KEY=VALUE, as in format=pt.")
        }
        return MetadataRule(key: key, value: value)
    }
}

extension DTypeRule {
    /// Reads `bf16` or `bf16@*.weight`.
    static func parse(_ text: String) throws -> DTypeRule {
        let parts = text.split(
            separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2, parts[1].isEmpty {
            throw ValidationError("the pattern after @ is empty; expected DTYPE@PATTERN.")
        }
        let pattern = parts.count == 2 ? GlobPattern(String(parts[1])) : nil
        let name = String(parts[0])
        let meant = Spelling.suggestion(
            for: name, among: targets.map(\.rawValue), meanings: DType.otherNames)
        guard let dtype = DType(rawValue: name), let rule = DTypeRule(dtype, pattern: pattern)
        else {
            let names = FormatError.Remedy.choice(targets.map(\.rawValue))
            let problem =
                DType(rawValue: name) == nil
                ? "there is no dtype \"\(name)\" to round to" : "values cannot become \(name)"
            throw ValidationError(
                problem + (meant.map { "; did you mean \($0)? There are " } ?? "; expected ")
                    + names + ".")
        }
        return rule
    }
}

extension LayoutRequest {
    /// Reads `pytorch` or `tensorflow:pytorch`.
    static func parse(_ text: String) throws -> LayoutRequest {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2 else {
            throw ValidationError("expected TO or FROM:TO, as in tensorflow:pytorch.")
        }
        let layouts = try parts.map(layout)
        return LayoutRequest(
            to: layouts[layouts.count - 1], from: layouts.count == 2 ? layouts[0] : nil)
    }

    private static func layout(_ name: String) throws -> KernelLayout {
        let known = aliases[name.lowercased()] ?? name.lowercased()
        if let layout = KernelLayout(rawValue: known) { return layout }
        let names = KernelLayout.allCases.map(\.rawValue)
        let meant = Spelling.suggestion(for: name, among: names)
        throw ValidationError(
            "there is no layout \"\(name)\""
                + (meant.map { "; did you mean \($0)? There are " } ?? "; expected ")
                + FormatError.Remedy.choice(names) + ".")
    }

    private static let aliases = [
        "tf": "tensorflow", "keras": "tensorflow", "flax": "tensorflow", "jax": "tensorflow",
        "hwio": "tensorflow", "nhwc": "tensorflow", "torch": "pytorch", "pt": "pytorch",
        "onnx": "pytorch", "oihw": "pytorch", "nchw": "pytorch", "coreml": "pytorch",
        "ohwi": "mlx",
    ]
}

extension FlattenChoice {
    /// Reads `7x7x128@fc.weight` or `none`.
    static func parse(_ text: String) throws -> FlattenChoice {
        if text.lowercased() == "none" { return .none }
        let parts = text.split(
            separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let extents = parts[0].lowercased().split(
            separator: "x", omittingEmptySubsequences: false
        ).map { Int($0) ?? 0 }
        guard parts.count == 2, !parts[1].isEmpty, extents.count == 3,
            extents.allSatisfy({ $0 > 0 })
        else {
            throw ValidationError(
                "expected HEIGHTxWIDTHxCHANNELS@NAME, as in 7x7x128@fc.weight, or none.")
        }
        return .rule(
            FlattenRule(
                height: extents[0], width: extents[1], channels: extents[2],
                pattern: GlobPattern(String(parts[1]))))
    }
}

/// What stands before the first `=` and after it.
private func halves(_ text: String, _ expected: String) throws -> (String, String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw ValidationError("expected \(expected).") }
    return (String(parts[0]), String(parts[1]))
}

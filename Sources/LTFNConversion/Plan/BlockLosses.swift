import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange

/// That blocks of quantized values have no place in a format: a sentence for those that can be
/// turned into numbers, and one for those that cannot.
struct BlockLosses {
    let losses: [FormatLoss]

    /// - Parameter variables: with blocks.
    init(_ variables: [VariableInfo], in format: String) {
        func isDecodable(_ variable: VariableInfo) -> Bool {
            variable.blocks.flatMap { BlockDecoder($0.type) } != nil
        }
        let groups = [
            (variables.filter(isDecodable), FormatError.Remedy.dequantize),
            (variables.filter { !isDecodable($0) }, nil),
        ]
        losses = groups.compactMap { group, remedy in
            group.first.map { first in
                FormatLoss(
                    .values, variable: first.name,
                    Self.others(group) + "blocks of \(Self.types(group)), which \(format) does not "
                        + "have.", remedy: remedy)
            }
        }
    }

    private static func others(_ variables: [VariableInfo]) -> String {
        if variables.count == 1 { return "Its values are " }
        let others = NumberText.counted(variables.count - 1, "more variable")
        return "Its values and those of \(others) are "
    }

    /// `"a" and 3 more variables`
    static func names(_ variables: [VariableInfo]) -> String {
        let first = variables.first.map { "\"\($0.name)\"" } ?? ""
        if variables.count < 2 { return first }
        return first + " and " + NumberText.counted(variables.count - 1, "more variable")
    }

    /// `Q4_K and Q6_K`
    static func types(_ variables: [VariableInfo]) -> String {
        let names = Set(variables.compactMap { $0.blocks?.type.rawValue }).sorted()
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " and " + last
    }
}

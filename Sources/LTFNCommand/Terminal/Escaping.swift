/// `text` with everything that could steer a terminal or reorder a line written as `\u{1B}`.
public func escapedForDisplay(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        if isHarmless(scalar) {
            result.unicodeScalars.append(scalar)
        } else {
            result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
        }
    }
    return result
}

private func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
    default: true
    }
}

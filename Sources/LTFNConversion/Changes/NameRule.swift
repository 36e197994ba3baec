import LTFNBytes
import LTFNCheckpoint

/// That variables are called otherwise: one by its name, or several whose names a `*` fits, which
/// stands for the same characters in the new name: `model.*` → `*`.
public struct NameRule: Hashable, Sendable {
    public let old: String
    public let new: String

    /// - Throws: `corrupt` for more than one `*`, one in the new name alone, or one in the old name
    ///   alone, which would give many variables one name.
    public init(old: String, new: String) throws(FormatError) {
        func stars(_ text: String) -> Int { text.unicodeScalars.count { $0 == "*" } }
        guard stars(old) <= 1, stars(new) == stars(old), !old.isEmpty, !new.isEmpty else {
            throw FormatError(
                .corrupt,
                "\"\(old)=\(new)\" is not a renaming rule; expected two names, or one * on each side."
            )
        }
        self.old = old
        self.new = new
    }

    /// What a variable called `name` is called by this rule; nil when the rule is not about it.
    func renamed(_ name: String) -> String? {
        let pattern = parts(of: old)
        guard let tail = pattern.tail else { return name == old ? new : nil }
        let name = Array(name.utf8)
        guard name.count >= pattern.head.count + tail.count,
            name.starts(with: pattern.head), name.reversed().starts(with: tail.reversed())
        else { return nil }
        let target = parts(of: new)
        let middle = name[pattern.head.count..<name.count - tail.count]
        return String(decoding: target.head + middle + (target.tail ?? []), as: UTF8.self)
    }

    /// What stands before the `*` and after it.
    private func parts(of text: String) -> (head: [UInt8], tail: [UInt8]?) {
        let bytes = Array(text.utf8)
        guard let star = bytes.firstIndex(of: UInt8(ascii: "*")) else { return (bytes, nil) }
        return (Array(bytes[..<star]), Array(bytes[(star + 1)...]))
    }
}

extension NameRule {
    /// Rules out of a JSON object of strings: `{"conv1.weight": "layer1_weights"}`.
    ///
    /// - Throws: `corrupt` when it is none; as for one rule.
    public static func rules(json text: [UInt8]) throws(FormatError) -> [NameRule] {
        let value = try JSONReader.read(text, limit: 1 << 24, at: 0, format: nil)
        guard case .object(let members) = value else {
            throw FormatError(
                .corrupt, "Rules for names are a JSON object of strings: {\"old\": \"new\"}.")
        }
        var rules: [NameRule] = []
        // Whoever wrote the rules mends them all at once.
        var complaints: [String] = []
        for member in members {
            guard case .string(let new) = member.value else {
                complaints.append("The new name of \"\(member.key)\" is not a string.")
                continue
            }
            do throws(FormatError) {
                rules.append(try NameRule(old: member.key, new: new))
            } catch {
                complaints.append(error.message)
            }
        }
        guard complaints.isEmpty else {
            let rest = complaints.count - 20
            throw FormatError(
                .corrupt,
                complaints.prefix(20).joined(separator: " ") + (rest > 0 ? " \(rest) more." : ""))
        }
        return rules
    }
}

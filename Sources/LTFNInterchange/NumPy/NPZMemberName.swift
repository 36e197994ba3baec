/// What a variable is called as the member of an archive.
///
/// Programs unpack members as files, so a name must not lead out of the folder that they unpack to.
/// What could is written as `%` and two digits, and undone on the way back.
///
///     layer1/weights    layer1/weights.npy
///     ../../tmp/x       %2E%2E/%2E%2E/tmp/x.npy
///     /tmp/x            %2Ftmp/x.npy
///     C:\x              C%3A%5Cx.npy
///
/// A harmless name stays as it is, unless it reads as one that was written so: then its `%` is
/// `%25`.
package enum NPZMemberName {
    static let suffix = ".npy"

    /// The name of the member that holds a variable.
    package static func member(of variable: String) -> String {
        escaped(variable) + suffix
    }

    /// The name of the variable that a member holds. As to NumPy, the suffix may be missing.
    static func variable(in member: String) -> String {
        let name = withoutSuffix(member)
        return original(of: name) ?? name
    }

    /// Whether a member is called otherwise than its variable.
    static func isSpelled(_ member: String) -> Bool {
        original(of: withoutSuffix(member)) != nil
    }

    private static func withoutSuffix(_ member: String) -> String {
        let isSuffixed = member.utf8.reversed().starts(with: suffix.utf8.reversed())
        return isSuffixed
            ? String(member.unicodeScalars.dropLast(suffix.unicodeScalars.count)) : member
    }

    private static func escaped(_ name: String) -> String {
        isHarmful(name) || original(of: name) != nil ? spelled(name) : name
    }

    /// The name that is written as `name`; nil when none is.
    private static func original(of name: String) -> String? {
        guard let plain = unspelled(name), spelled(plain).utf8.elementsEqual(name.utf8),
            isHarmful(plain) || unspelled(plain) != nil
        else { return nil }
        return plain
    }

    /// Whether a program that unpacks the member could be led elsewhere, on any system.
    private static func isHarmful(_ name: String) -> Bool {
        if name.utf8.contains(UInt8(ascii: "\\")) || hasDrive(name) { return true }
        return components(name).contains { $0.allSatisfy { $0 == "." || $0 == " " } }
    }

    /// `C:` at the beginning. `w:0` is a tensor of TensorFlow, and on a drive no more than a name.
    private static func hasDrive(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard bytes.count >= 2, bytes[1] == UInt8(ascii: ":") else { return false }
        let letter = bytes[0] | 0x20
        guard letter >= UInt8(ascii: "a"), letter <= UInt8(ascii: "z") else { return false }
        let rest = bytes[2...]
        let isNumber = rest.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        return rest.isEmpty || !isNumber
    }

    private static func components(_ name: String) -> [Substring.UnicodeScalarView] {
        name.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false).map {
            Substring($0).unicodeScalars
        }
    }
}

// What is told of it.
extension NPZMemberName {
    /// Says which members will be called otherwise than their variables; nil when none will.
    static func note(writing variables: [String]) -> String? {
        let pairs = variables.map { (variable: $0, member: escaped($0)) }
            .filter { !$0.variable.utf8.elementsEqual($0.member.utf8) }
        guard !pairs.isEmpty else { return nil }
        return
            "In the archive, \(list(pairs.map { ($0.variable, $0.member) })): programs unpack members "
            + "as files, and \(pairs.count == 1 ? "this name" : "these names") could lead out of the "
            + "folder, or read as a spelled one. NumPy knows the member by the second name; on the way "
            + "back it is undone."
    }

    /// Says which variables are called otherwise than their members; nil when none are.
    static func note(reading members: [(member: String, variable: String)]) -> String? {
        guard !members.isEmpty else { return nil }
        let names = members.map { (withoutSuffix($0.member), $0.variable) }
        return
            "Out of the archive, \(list(names)): so is a name spelled that could lead out of a folder."
    }

    /// `"a" is called "b", "c" is called "d" and 3 more are spelled so`
    private static func list(_ pairs: [(String, String)]) -> String {
        let shown = pairs.prefix(4).map {
            "\"\($0.0.prefix(80))\" is called \"\($0.1.prefix(80))\""
        }
        return shown.joined(separator: ", ")
            + (pairs.count > shown.count ? " and \(pairs.count - shown.count) more likewise" : "")
    }
}

// The spelling of a harmful name.
extension NPZMemberName {
    /// What stands for a byte, after a `%`.
    private static let digits: [UInt8: String] = [
        0x20: "20", UInt8(ascii: "%"): "25", UInt8(ascii: "."): "2E", UInt8(ascii: "/"): "2F",
        UInt8(ascii: ":"): "3A", UInt8(ascii: "\\"): "5C",
    ]

    private static let bytes = Dictionary(
        uniqueKeysWithValues: digits.map { (Array($0.value.utf8), $0.key) })

    private static func spelled(_ name: String) -> String {
        var result: [UInt8] = []
        func spell(_ byte: UInt8, _ isSpelled: Bool) {
            guard isSpelled, let digits = digits[byte] else { return result.append(byte) }
            result += [UInt8(ascii: "%")] + digits.utf8
        }
        let parts = components(name).map { Array(String($0).utf8) }
        for (index, part) in parts.enumerated() {
            if index > 0 {
                spell(UInt8(ascii: "/"), part.isEmpty || parts[index - 1].isEmpty)
            }
            let isDots = part.allSatisfy { $0 == UInt8(ascii: ".") || $0 == 0x20 }
            for (place, byte) in part.enumerated() {
                let isDrive = index == 0 && place == 1 && byte == UInt8(ascii: ":")
                let isSpecial = byte == UInt8(ascii: "%") || byte == UInt8(ascii: "\\")
                spell(byte, isDots || isSpecial || isDrive && hasDrive(name))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// What `name` spells; nil when nothing in it is spelled.
    private static func unspelled(_ name: String) -> String? {
        let name = Array(name.utf8)
        var result: [UInt8] = []
        var position = 0
        while position < name.count {
            let next = name[position]
            if next == UInt8(ascii: "%"), position + 2 < name.count,
                let byte = bytes[Array(name[position + 1...position + 2])]
            {
                result.append(byte)
                position += 3
            } else {
                result.append(next)
                position += 1
            }
        }
        return result.count == name.count ? nil : String(decoding: result, as: UTF8.self)
    }
}

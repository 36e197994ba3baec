import LTFNBytes
import LTFNCheckpoint

/// Names out of a foreign file, and what variables are called whose names are not possible here.
struct ForeignNames {
    private(set) var losses: [FormatLoss] = []
    private let all: [String]
    /// Made when the first name is not possible: few files have one.
    private lazy var taken = Set(all.map { ByteString($0) })
    /// What was given to names that are not possible.
    private var given: [ByteString: VariableName] = [:]

    /// - Parameter names: all names of the file: none that is possible is given to another
    ///   variable.
    init(_ names: [String]) {
        all = names
    }

    /// What a variable is called that the file calls `name`: the same wherever that is possible.
    ///
    /// - Throws: `corrupt` when no name is left.
    mutating func variableName(_ name: String, format: String) throws(FormatError) -> VariableName {
        if let same = try? VariableName(name) { return same }
        if let known = given[ByteString(name)] { return tell(known, name) }
        let plain = Self.possible(name)
        // Of names that only differ in what is not possible, each is told by its digest.
        let candidates = [plain, Self.shortened(plain) + "~" + Self.digest(name)]
        for candidate in candidates where taken.insert(ByteString(candidate)).inserted {
            let result = try VariableName(candidate)
            given[ByteString(name)] = result
            return tell(result, name)
        }
        throw FormatError(
            .corrupt, format: format, variable: String(name.prefix(100)),
            "No variable can be called so, and what it would be called is taken.")
    }

    /// The same names for a file of a set whose index gave them, its own losses to be told.
    var forFile: ForeignNames {
        var names = self
        names.losses = []
        return names
    }

    /// What the variable is called that the file calls `name`; nil when it was not asked for.
    func known(_ name: ByteString) -> VariableName? {
        given[name] ?? (try? VariableName(name.string))
    }

    private mutating func tell(_ result: VariableName, _ name: String) -> VariableName {
        losses.append(
            FormatLoss(
                .name, variable: result,
                "In the file it is \"\(Self.quoted(name))\", which cannot be the name of a "
                    + "variable."))
        return result
    }

    /// `name` with controls as `%0A`, as long as a name may be, and not empty.
    private static func possible(_ name: String) -> String {
        if name.isEmpty { return "unnamed" }
        var result = ""
        for scalar in name.unicodeScalars {
            if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
                for byte in String(scalar).utf8 {
                    result += "%" + String(byte, radix: 16, uppercase: true).aligned(2, with: "0")
                }
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        if result.utf8.count <= VariableName.maximumByteCount { return result }
        return shortened(result) + "~" + digest(name)
    }

    /// So much of `name` that a digest can follow.
    private static func shortened(_ name: String) -> String {
        var result = ""
        var byteCount = 0
        for scalar in name.unicodeScalars {
            byteCount += String(scalar).utf8.count
            if byteCount > VariableName.maximumByteCount - 2 * digestByteCount - 2 { break }
            result.unicodeScalars.append(scalar)
        }
        return result
    }

    private static let digestByteCount = 6

    private static func digest(_ name: String) -> String {
        Hexadecimal.string(
            Array(SHA256.digest(Array(name.utf8)).bytes.prefix(digestByteCount)))
    }

    private static func quoted(_ name: String) -> String {
        let count = name.utf8.count
        return count <= 80
            ? name : String(name.unicodeScalars.prefix(60)) + "… (\(count) bytes)"
    }
}

extension FormatError {
    /// The same error, of a format and about a variable.
    func named(_ format: String, variable: String? = nil) -> FormatError {
        var error = self
        error.format = format
        error.variable = variable ?? error.variable
        return error
    }
}

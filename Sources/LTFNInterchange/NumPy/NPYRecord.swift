/// How long the elements of an array are, records among them, which no checkpoint holds: what
/// stands after such an array can be found.
enum NPYRecord {
    /// The bytes of an element of this `descr`; nil when the file does not tell, as for Python
    /// objects.
    ///
    ///     descr = string | "[" field {"," field} "]" | "(" descr "," shape ")"
    ///     field = "(" name "," descr ["," shape] ")"
    static func byteCount(of descriptor: PythonLiteral) -> Int? {
        switch descriptor {
        case .string(let text):
            return NPYDescriptor(text)?.elementByteCount
        case .tuple(let parts):
            return parts.count == 2 ? product(byteCount(of: parts[0]), count(parts[1])) : nil
        case .list(let fields):
            var total = 0
            for field in fields {
                guard case .tuple(let parts) = field, parts.count == 2 || parts.count == 3,
                    let own = product(
                        byteCount(of: parts[1]), parts.count == 3 ? count(parts[2]) : 1)
                else { return nil }
                let (sum, overflow) = total.addingReportingOverflow(own)
                if overflow { return nil }
                total = sum
            }
            return total
        case .bool, .integer, .dictionary: return nil
        }
    }

    /// How many elements an array in a record has.
    private static func count(_ shape: PythonLiteral) -> Int? {
        switch shape {
        case .integer(let number) where number >= 0: number
        case .tuple(let dimensions):
            dimensions.reduce(Optional(1)) { product($0, count($1)) }
        default: nil
        }
    }

    private static func product(_ left: Int?, _ right: Int?) -> Int? {
        guard let left, let right else { return nil }
        let (product, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? nil : product
    }
}

import LTFNCheckpoint

/// The graph of objects that `tf.train.Checkpoint` restores by: `TrackableObjectGraph`.
///
/// The keys of its checkpoints are paths through that graph, so that the part of it that leads to
/// variables can be made of them:
///
///     model/layer1/kernel/.ATTRIBUTES/VARIABLE_VALUE
///     model/layer1/kernel/.OPTIMIZER_SLOT/optimizer/m/.ATTRIBUTES/VARIABLE_VALUE
struct ObjectGraph {
    private static let attribute = "VARIABLE_VALUE"
    private static let ending = "/.ATTRIBUTES/" + attribute
    private static let slot = "/.OPTIMIZER_SLOT/"

    private struct Node {
        /// By what their owner calls them, in the order they were met.
        var children: [(name: String, node: Int)] = []
        var places: [ByteString: Int] = [:]
        var key: String?
        var slots: [(variable: Int, name: String, node: Int)] = []
    }

    private var nodes = [Node()]
    private var hasKeys = false

    /// nil: none of the names is such a key.
    init?(_ names: [VariableName]) {
        for name in names where name.string.hasSuffix(Self.ending) {
            add(name.string)
            hasKeys = true
        }
        if !hasKeys { return nil }
    }

    private mutating func add(_ key: String) {
        var parts = Self.split(String(key.dropLast(Self.ending.count)), at: Self.slot)
        guard parts.count == 2, let name = Self.split(parts[1], at: "/").last else {
            let node = node(at: parts.joined(separator: Self.slot))
            nodes[node].key = key
            return
        }
        parts[1] = String(parts[1].dropLast(name.count + (parts[1] == name ? 0 : 1)))
        let (variable, optimizer) = (node(at: parts[0]), node(at: parts[1]))
        nodes.append(Node())
        nodes[nodes.count - 1].key = key
        nodes[optimizer].slots.append((variable, Self.unescaped(name), nodes.count - 1))
    }

    /// The object that a path leads to; it is made when it is not there.
    private mutating func node(at path: String) -> Int {
        var place = 0
        for part in Self.split(path, at: "/") where !path.isEmpty {
            let own = ByteString(part)
            if let next = nodes[place].places[own] {
                place = next
                continue
            }
            nodes[place].places[own] = nodes.count
            nodes[place].children.append((Self.unescaped(part), nodes.count))
            place = nodes.count
            nodes.append(Node())
        }
        return place
    }

    private static func split(_ text: String, at mark: String) -> [String] {
        let (bytes, mark) = (Array(text.utf8), Array(mark.utf8))
        var parts: [String] = []
        var (start, place) = (0, 0)
        while place < bytes.count {
            if bytes[place] == mark[0], bytes[place...].starts(with: mark) {
                parts.append(String(decoding: bytes[start..<place], as: UTF8.self))
                place += mark.count
                start = place
            } else {
                place += 1
            }
        }
        return parts + [String(decoding: bytes[start...], as: UTF8.self)]
    }

    /// Names have `.S` for a slash, and two dots for one.
    private static func unescaped(_ part: String) -> String {
        var result = ""
        var rest = part.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            if scalar == ".", let next = rest.first, next == "." || next == "S" {
                rest = rest.dropFirst()
                result.unicodeScalars.append(next == "S" ? "/" : ".")
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    var bytes: [UInt8] {
        var writer = ProtobufWriter()
        for node in nodes {
            writer.message(1) { Self.write(node, to: &$0) }
        }
        return writer.bytes
    }

    private static func write(_ node: Node, to writer: inout ProtobufWriter) {
        for child in node.children {
            writer.message(1) {
                $0.varint(1, UInt64(child.node))
                $0.string(2, child.name)
            }
        }
        if let key = node.key {
            writer.message(2) {
                $0.string(1, attribute)
                $0.string(3, key)
            }
        }
        for slot in node.slots {
            writer.message(3) {
                $0.varint(1, UInt64(slot.variable))
                $0.string(2, slot.name)
                $0.varint(3, UInt64(slot.node))
            }
        }
        if node.key != nil { writer.message(5) { $0.varint(1, UInt64(1)) } }
    }
}

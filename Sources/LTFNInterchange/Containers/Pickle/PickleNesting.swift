import LTFNBytes

/// How the values of a pickle are made of each other.
struct PickleNesting {
    /// More levels than any checkpoint has, and few enough to go down by functions that call
    /// themselves.
    static let depthLimit = 256

    private let nodes: [PickleNode]

    init(_ nodes: [PickleNode]) {
        self.nodes = nodes
    }

    private struct Place {
        var number: Int
        var parts: [Int]
        var next = 0
    }

    private enum Mark {
        case new, open
        /// With how many levels it is.
        case done(Int)
    }

    /// Makes sure that no value contains itself, and none is nested too deep.
    ///
    /// Complexity: O(n), whatever is shared.
    ///
    /// - Throws: `unsupportedFeature`, `limitExceeded`, `io` when memory is short.
    func expectSound(_ root: Int, format: String, offset: UInt64) throws(FormatError) {
        try AvailableMemory.expect(nodes.count * MemoryLayout<Mark>.stride)
        var marks = Array(repeating: Mark.new, count: nodes.count)
        var path = [Place(number: root, parts: nodes[root].parts)]
        marks[root] = .open
        while var place = path.popLast() {
            if place.next < place.parts.count {
                let part = place.parts[place.next]
                place.next += 1
                switch marks[part] {
                case .done: path.append(place)
                case .open:
                    throw FormatError(
                        .unsupportedFeature, format: format, offset: offset,
                        "The pickle has \(nodes[part].kind) that contains itself, which no "
                            + "checkpoint needs.")
                case .new:
                    path.append(place)
                    path.append(Place(number: part, parts: nodes[part].parts))
                    marks[part] = .open
                    guard path.count <= Self.depthLimit else { throw tooDeep(format, offset) }
                }
                continue
            }
            var depth = 0
            for part in place.parts {
                if case .done(let inner) = marks[part] { depth = max(depth, inner) }
            }
            guard depth < Self.depthLimit else { throw tooDeep(format, offset) }
            marks[place.number] = .done(depth + 1)
        }
    }

    private func tooDeep(_ format: String, _ offset: UInt64) -> FormatError {
        FormatError(
            .limitExceeded, format: format, offset: offset,
            "The pickle has values nested deeper than the \(Self.depthLimit) levels that are "
                + "allowed.")
    }
}

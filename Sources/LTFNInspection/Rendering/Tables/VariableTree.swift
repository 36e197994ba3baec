import LTFNCheckpoint

/// The names of variables put together by their beginnings, as folders are, with what is in each.
///
/// Names are parted at dots and slashes; where there are none of these, at underscores. A beginning
/// that has one continuation is put together with it.
struct VariableTree {
    /// A line of the tree.
    struct Line: Hashable {
        /// How deep it stands.
        var depth: Int
        /// The part of the name that the lines above do not say.
        var label: String
        /// The positions of the variables below it, or the one that it is.
        var members: Range<Int>
        var isVariable: Bool
    }

    /// Parts of a name beyond these stay together: hostile names have thousands.
    private static let partLimit = 32

    /// From the top down; positions are those in `order`.
    let lines: [Line]
    /// The positions of the names in the order of the lines.
    let order: [Int]

    init(_ names: [String]) {
        let separators: Set<Character> =
            names.contains { $0.contains(".") || $0.contains("/") } ? [".", "/"] : ["_"]
        let parts = names.map { Self.parts(of: $0, separators) }
        var builder = Builder(parts)
        builder.run()
        (lines, order) = (builder.lines, builder.order)
    }

    /// The parts of a name, each but the last with the separator after it.
    private static func parts(of name: String, _ separators: Set<Character>) -> [String] {
        var parts: [String] = []
        var part = ""
        for letter in name {
            part.append(letter)
            if separators.contains(letter), parts.count < partLimit - 1 {
                parts.append(part)
                part = ""
            }
        }
        return part.isEmpty ? parts : parts + [part]
    }

    /// Goes through the names level by level, without recursion: depth comes out of a file.
    private struct Builder {
        let parts: [[String]]
        var lines: [Line] = []
        var order: [Int] = []

        /// Names that are the same up to `depth`.
        struct Group {
            var members: [Int]
            /// How many parts they share.
            var shared: Int
            /// How many of these the lines above say.
            var said: Int
            var indent: Int
        }

        init(_ parts: [[String]]) {
            self.parts = parts
        }

        mutating func run() {
            var stack = children(Array(parts.indices), 0, indent: 0)
            while let group = stack.popLast() { add(group, to: &stack) }
        }

        /// The groups that names fall into by their next part, the last of them first.
        private func children(_ members: [Int], _ shared: Int, indent: Int) -> [Group] {
            var groups: [String: Int] = [:]
            var children: [Group] = []
            for member in members {
                // A name that ends here is a group of its own.
                let part = shared < parts[member].count ? parts[member][shared] : ""
                if let place = groups[part] {
                    children[place].members.append(member)
                } else {
                    groups[part] = children.count
                    children.append(
                        Group(members: [member], shared: shared + 1, said: shared, indent: indent))
                }
            }
            return children.reversed()
        }

        private mutating func add(_ group: Group, to stack: inout [Group]) {
            var group = group
            guard group.members.count > 1 else {
                let member = group.members[0]
                add(group, label: parts[member].dropFirst(group.said).joined(), isVariable: true)
                return
            }
            // One continuation makes no branch.
            let first = parts[group.members[0]]
            while group.shared < first.count,
                group.members.allSatisfy({
                    group.shared < parts[$0].count && parts[$0][group.shared] == first[group.shared]
                })
            {
                group.shared += 1
            }
            let label = first[group.said..<min(group.shared, first.count)].joined()
            let start = order.count
            lines.append(
                Line(
                    depth: group.indent, label: label,
                    members: start..<start + group.members.count, isVariable: false))
            stack += children(group.members, group.shared, indent: group.indent + 1)
        }

        private mutating func add(_ group: Group, label: String, isVariable: Bool) {
            let place = order.count
            order.append(group.members[0])
            lines.append(
                Line(
                    depth: group.indent, label: label, members: place..<place + 1,
                    isVariable: isVariable))
        }
    }
}

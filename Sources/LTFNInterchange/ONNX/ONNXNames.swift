import LTFNBytes
import LTFNCheckpoint

/// What the tensors of a model are called.
///
/// Initializers of the main graph are called as they are there. Those of graphs within have the way
/// to them before their name, and what then is taken gets a number.
struct ONNXNames {
    /// For every tensor that is read its position in the content, and its name.
    private(set) var items: [(index: Int, name: String)] = []
    private(set) var losses: [FormatLoss] = []

    /// - Throws: `corrupt` for two initializers of the main graph with one name.
    init(_ found: [ONNXContent.Found], _ selection: ReadingSelection) throws(FormatError) {
        var taken: [ByteString: Int] = [:]
        for (index, item) in found.enumerated() where item.isMain {
            let key = ByteString(item.name)
            guard let earlier = taken.updateValue(index, forKey: key) else { continue }
            guard selection.takesLastOfDuplicates || !selection.includes(item.name) else {
                throw FormatError(
                    .corrupt, format: ONNXFormat.name, offset: item.offset,
                    variable: String(item.name.prefix(100)),
                    "Two initializers of the graph have this name; expected every name once.")
            }
            losses.append(
                FormatLoss(
                    .member, variable: try? VariableName(item.name),
                    "This is another initializer of the name, at byte "
                        + "\(found[earlier].offset ?? 0); the last one is read."))
        }
        var next: [ByteString: Int] = [:]
        for (index, item) in found.enumerated() {
            if item.isMain {
                if taken[ByteString(item.name)] == index { items.append((index, item.name)) }
                continue
            }
            var name = item.name
            var number = next[ByteString(name)] ?? 1
            while taken[ByteString(name)] != nil {
                number += 1
                name = item.name + "~\(number)"
            }
            next[ByteString(item.name)] = number
            taken[ByteString(name)] = index
            items.append((index, name))
        }
    }
}

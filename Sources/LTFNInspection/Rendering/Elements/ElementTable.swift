import LTFNBytes
import LTFNCheckpoint

/// Elements for a person, and for programs that read numbers with blanks between them: a line for
/// each row of the last axis, a comment above each matrix of more than two axes.
struct ElementTable {
    private let shape: [Int]
    private let rowCount: Int
    private let columnCount: Int
    /// nil: rows are as long as they are.
    private let width: Int?
    /// Matrices up to this size have columns.
    private static let alignedCount = 4_096
    private var position = 0
    /// The elements of a matrix whose columns are still to be made.
    private var pending: [String] = []
    /// How wide the line is so far.
    private var column = 0

    /// - Parameter width: where lines are folded; nil: nowhere.
    init(_ shape: TensorShape, width: Int?) {
        self.shape = shape.dimensions
        columnCount = shape.dimensions.last ?? 1
        rowCount = shape.dimensions.dropLast().last ?? 1
        self.width = width
    }

    private var isAligned: Bool {
        let (count, overflow) = rowCount.multipliedReportingOverflow(by: columnCount)
        return !overflow && count <= Self.alignedCount
    }

    /// What is to be written for more elements.
    mutating func lines(for elements: [String]) -> String {
        var text = ""
        for element in elements {
            if position % columnCount == 0, position / columnCount % rowCount == 0 {
                text += heading
            }
            if isAligned {
                pending.append(element)
                if pending.count == rowCount * columnCount { text += alignedMatrix() }
            } else {
                add(element, gap: 1, to: &text)
                if (position + 1) % columnCount == 0 { endLine(&text) }
            }
            position += 1
        }
        return text
    }

    /// Which matrix follows: `# [0, 1, :, :]`.
    private var heading: String {
        guard shape.count > 2 else { return "" }
        var rest = position / columnCount / rowCount
        var indices: [String] = []
        for extent in shape.dropLast(2).reversed() {
            indices.append("\(rest % extent)")
            rest /= extent
        }
        return (position == 0 ? "" : "\n") + "# ["
            + (indices.reversed() + [":", ":"]).joined(separator: ", ") + "]\n"
    }

    private mutating func alignedMatrix() -> String {
        var widths = [Int](repeating: 0, count: columnCount)
        for (index, element) in pending.enumerated() {
            widths[index % columnCount] = max(widths[index % columnCount], element.utf8.count)
        }
        if let width, widths.reduce(-2, { $0 + $1 + 2 }) > width {
            // So that folded rows have columns, too.
            widths = widths.map { [widest = widths.max()] in widest ?? $0 }
        }
        var text = ""
        for (index, element) in pending.enumerated() {
            add(element.aligned(widths[index % columnCount]), gap: 2, to: &text)
            if (index + 1) % columnCount == 0 { endLine(&text) }
        }
        pending.removeAll(keepingCapacity: true)
        return text
    }

    private mutating func add(_ element: String, gap: Int, to text: inout String) {
        let length = element.utf8.count
        if column > 0, let width, column + gap + length > width {
            let indent = rowCount == 1 ? 0 : 2
            text += "\n" + String(repeating: " ", count: indent)
            column = indent
        } else if column > 0 {
            text += String(repeating: " ", count: gap)
            column += gap
        }
        text += element
        column += length
    }

    private mutating func endLine(_ text: inout String) {
        text += "\n"
        column = 0
    }
}

/// Elements with commas between them: a line for each row of the last axis; of what has one axis, a
/// line for each element.
struct ElementCSV {
    private let columnCount: Int
    private var position = 0

    init(_ shape: TensorShape) {
        columnCount = shape.rank > 1 ? shape.dimensions.last ?? 1 : 1
    }

    mutating func lines(for elements: [String]) -> String {
        var text = ""
        for element in elements {
            position += 1
            text += element + (position % columnCount == 0 ? "\n" : ",")
        }
        return text
    }
}

/// Elements as nested arrays, the innermost on a line each.
struct ElementArrays {
    /// For each axis, of how many elements an array of it consists.
    private let blocks: [Int]
    private var position = 0
    private let indent: Int

    /// - Parameters:
    ///   - shape: has elements.
    ///   - indent: of the line in which they begin.
    init(_ shape: TensorShape, indent: Int) {
        var block = 1
        var blocks: [Int] = []
        for extent in shape.dimensions.reversed() {
            block *= max(extent, 1)
            blocks.append(block)
        }
        self.blocks = blocks.reversed()
        self.indent = indent
    }

    mutating func text(for elements: [String]) -> String {
        var text = ""
        for element in elements {
            let first = blocks.firstIndex { position % $0 == 0 } ?? blocks.count
            if position > 0 { text += first < blocks.count ? "," + line(first) : ", " }
            for level in first..<blocks.count {
                text += "[" + (level + 1 < blocks.count ? line(level + 1) : "")
            }
            text += element
            position += 1
            for level in blocks.indices.reversed() where position % blocks[level] == 0 {
                text += (level + 1 < blocks.count ? line(level) : "") + "]"
            }
        }
        return text
    }

    /// A line break, and the blanks before the arrays of an axis.
    private func line(_ level: Int) -> String {
        "\n" + String(repeating: "  ", count: indent + level)
    }
}

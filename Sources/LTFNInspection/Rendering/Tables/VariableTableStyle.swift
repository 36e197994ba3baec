/// Which table is made of the variables, and in which order they stand in it.
public struct VariableTableStyle: Hashable, Sendable {
    /// The first of them, in a tree, is the tree.
    public var columns: [VariableColumn]
    public var form: TableForm
    /// nil: in the order of the network's layers.
    public var order: Order?
    /// Whether names are put together by their beginnings.
    public var isTree: Bool

    /// By what variables are sorted: numbers from the largest, text from the first.
    public struct Order: Hashable, Sendable {
        public var column: VariableColumn
        /// The other way round.
        public var isReversed: Bool

        public init(_ column: VariableColumn, isReversed: Bool = false) {
            self.column = column
            self.isReversed = isReversed
        }

        var isDescending: Bool { column.isText ? isReversed : !isReversed }
    }

    public init(
        _ columns: [VariableColumn], form: TableForm = .text, order: Order? = nil,
        isTree: Bool = false
    ) {
        self.columns = columns
        self.form = form
        self.order = order
        self.isTree = isTree
    }

    /// Whether values have to be read for it.
    public var needsValues: Bool { all.contains(where: \.needsValues) }

    /// Whether details have to be taken for it.
    public var needsDetails: Bool { all.contains(where: \.needsDetails) }

    /// Whether initial values have to be made for it.
    public var needsDrift: Bool { all.contains(.moved) }

    /// How long a column is kept where there is little room: the first longest, but in a tree, what
    /// has sums.
    func rank(of place: Int) -> Int {
        let rank = columns.count - place
        guard isTree else { return rank }
        return [.values, .bytes, .stored, .share].contains(columns[place])
            ? rank + columns.count : rank
    }

    private var all: [VariableColumn] { columns + (order.map { [$0.column] } ?? []) }
}

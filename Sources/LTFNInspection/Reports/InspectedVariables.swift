import LTFNBytes
import LTFNCheckpoint

/// The variables of a checkpoint, each looked at when its turn comes and then forgotten.
///
/// In the order of the network's layers; those that it does not use after them, in natural order.
public struct InspectedVariables: Sequence {
    private let reader: any CheckpointReader
    /// The positions of those that are looked at, in order.
    private let order: [Int]
    private let depth: InspectionDepth
    private let budget: ExpansionBudget
    private let progress: (Int) -> Void

    /// - Parameter selection: the positions of those that are looked at; nil: all.
    init(
        reader: any CheckpointReader, selection: Set<Int>?, depth: InspectionDepth,
        budget: ExpansionBudget, progress: @escaping (Int) -> Void
    ) {
        self.reader = reader
        order = reader.manifest.displayOrder(of: selection)
        self.depth = depth
        self.budget = budget
        self.progress = progress
    }

    public func makeIterator() -> Iterator {
        Iterator(self)
    }

    /// One look at all variables.
    public struct Iterator: IteratorProtocol {
        private let all: InspectedVariables
        private let manifest: Manifest
        private var budget: ExpansionBudget
        private var count = 0

        init(_ all: InspectedVariables) {
            self.all = all
            manifest = all.reader.manifest
            budget = all.budget
        }

        public mutating func next() -> VariableReport? {
            guard count < all.order.count else { return nil }
            let index = all.order[count]
            var report = VariableReport(of: manifest.variables[index], all.reader, index)
            report.look(into: all.reader, index, depth: all.depth, budget: &budget)
            count += 1
            all.progress(count)
            return report
        }
    }
}

extension Manifest {
    /// The positions of the variables in the order in which they are shown.
    func displayOrder(of selection: Set<Int>?) -> [Int] {
        var seen: Set<Int> = []
        let used = (graph?.variableNames ?? []).compactMap { index(of: $0) }
            .filter { seen.insert($0).inserted }
        var others = variables.indices.filter { !seen.contains($0) }
            .map { (index: $0, key: NaturalOrder.Key(variables[$0].name.string)) }
        let precedes = {
            (a: (index: Int, key: NaturalOrder.Key), b: (index: Int, key: NaturalOrder.Key)) in
            a.key == b.key
                ? NaturalOrder.precedes(
                    self.variables[a.index].name.string, self.variables[b.index].name.string)
                : a.key < b.key
        }
        // Most files have an order that stays.
        if zip(others, others.dropFirst()).contains(where: { precedes($1, $0) }) {
            others.sort(by: precedes)
        }
        let all = used + others.map(\.index)
        return selection.map { all.filter($0.contains) } ?? all
    }
}

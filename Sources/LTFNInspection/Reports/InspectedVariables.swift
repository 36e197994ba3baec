import LTFNBytes
import LTFNCheckpoint

/// The variables of a checkpoint, each looked at when its turn comes and then forgotten.
///
/// In the order of the network's layers, those that it does not use behind them.
public struct InspectedVariables: Sequence {
    let reader: any CheckpointReader
    /// The positions of those that are looked at; nil: all.
    let selection: Set<Int>?
    let depth: InspectionDepth
    let budget: ExpansionBudget
    let progress: (Int) -> Void

    public func makeIterator() -> Iterator {
        Iterator(self)
    }

    /// One look at all variables.
    public struct Iterator: IteratorProtocol {
        private let all: InspectedVariables
        private let manifest: Manifest
        private var budget: ExpansionBudget
        /// Those of the network that are still to come, the next one last.
        private var used: [Int]
        private let isListed: Set<Int>
        private var position = 0
        private var count = 0

        init(_ all: InspectedVariables) {
            self.all = all
            manifest = all.reader.manifest
            budget = all.budget
            let manifest = manifest
            var seen: Set<Int> = []
            used = (manifest.graph?.variableNames ?? []).compactMap { manifest.index(of: $0) }
                .filter { seen.insert($0).inserted }.reversed()
            isListed = seen
        }

        public mutating func next() -> VariableReport? {
            var next = nextIndex()
            while let index = next, all.selection?.contains(index) == false { next = nextIndex() }
            guard let index = next else { return nil }
            var report = VariableReport(of: manifest.variables[index], all.reader, index)
            report.look(into: all.reader, index, depth: all.depth, budget: &budget)
            count += 1
            all.progress(count)
            return report
        }

        private mutating func nextIndex() -> Int? {
            if let index = used.popLast() { return index }
            while isListed.contains(position) { position += 1 }
            guard position < manifest.variables.count else { return nil }
            defer { position += 1 }
            return position
        }
    }
}

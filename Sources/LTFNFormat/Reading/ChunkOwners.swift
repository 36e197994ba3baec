/// Which variables chunks belong to, for those that references lead to.
struct ChunkOwners {
    /// The first chunks of variables that have any, in ascending order.
    private var firstChunks: [Int] = []
    private var variables: [Int] = []

    /// Complexity: O(variables) where there are references.
    init(_ index: Index) {
        guard index.chunks.contains(where: { $0.codec == .reference }) else { return }
        for variable in index.storages.indices {
            let chunks = index.chunkRange(variable)
            guard !chunks.isEmpty else { continue }
            firstChunks.append(chunks.lowerBound)
            variables.append(variable)
        }
    }

    /// The variable that chunk `number` of a file with references belongs to; nil when there is
    /// none.
    ///
    /// Complexity: O(log variables).
    func variable(ofChunk number: Int) -> Int? {
        var (low, high) = (0, firstChunks.count)
        // Those before `low` begin at or before the chunk, those from `high` on after it.
        while low < high {
            let middle = (low + high) / 2
            if firstChunks[middle] <= number { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? variables[low - 1] : nil
    }
}

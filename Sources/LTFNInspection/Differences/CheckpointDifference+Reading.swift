import LTFNBytes
import LTFNCheckpoint

extension CheckpointDifference {
    /// Compares two open checkpoints: what they say of themselves, then all values, piece by piece.
    ///
    /// Memory: a few pieces of each, and 8 MiB for the distributions of a variable.
    ///
    /// - Parameters:
    ///   - ignored: what makes no difference. What only one of the files says anything of makes
    ///     none, either.
    ///   - isChosen: which variables are compared.
    ///   - comparesValues: false: what they say of themselves alone.
    ///   - progress: called with the number of variables that are done.
    /// - Throws: as reading, about the file that it is of; `limitExceeded`.
    public init(
        _ first: ComparedCheckpoint, _ second: ComparedCheckpoint,
        tolerance: ComparisonTolerance = ComparisonTolerance(),
        ignoring ignored: Set<ComparisonPart> = [],
        choosing isChosen: (VariableName) -> Bool = { _ in true }, comparesValues: Bool = true,
        progress: (Int) -> Void = { _ in }
    ) throws(FormatError) {
        self.first = first.side
        self.second = second.side
        self.tolerance = tolerance
        self.comparesValues = comparesValues
        unrecorded = first.recorded.symmetricDifference(second.recorded)
        self.ignored = ignored.union(unrecorded)
        let manifests = (first.manifest, second.manifest)
        metadata = manifests.0.metadata.differences(from: manifests.1.metadata)
        network = Relation(manifests.0.graph, manifests.1.graph)
        var walk = ComparisonWalk(
            first: first, second: second, tolerance: tolerance, comparesValues: comparesValues)
        var seeds: Set<Seeds> = []
        for index in manifests.0.displayOrder(of: nil) {
            let info = manifests.0.variables[index]
            guard isChosen(info.name) else { continue }
            guard let other = manifests.1[info.name] else {
                onlyFirst.append(info)
                continue
            }
            let difference = try walk.difference(info, other)
            starts[difference.start, default: 0] += 1
            if let pair = walk.seeds(of: info.name) { seeds.insert(pair) }
            if !difference.isIdentical { variables.append(difference) }
            commonCount += 1
            progress(commonCount)
        }
        if seeds.count == 1 { self.seeds = seeds.first }
        comparedCount = walk.comparedCount
        for index in manifests.1.displayOrder(of: nil) {
            let info = manifests.1.variables[index]
            guard isChosen(info.name), manifests.0[info.name] == nil else { continue }
            onlySecond.append(info)
        }
    }
}

/// Compares one variable after the other.
private struct ComparisonWalk {
    var first: ComparedCheckpoint
    var second: ComparedCheckpoint
    let tolerance: ComparisonTolerance
    let comparesValues: Bool
    var comparedCount: UInt64 = 0

    private static let pieceElementCount = 1 << 16

    mutating func difference(
        _ one: VariableInfo, _ two: VariableInfo
    ) throws(FormatError) -> VariableDifference {
        // The variables are those of the files.
        guard let a = first.reader.manifest.index(of: one.name),
            let b = second.reader.manifest.index(of: two.name)
        else {
            throw FormatError(
                .corrupt, variable: one.name.string, "Its values are not among those to compare.")
        }
        let (mine, theirs) = (
            first.reader.manifest.variables[a], second.reader.manifest.variables[b]
        )
        var result = VariableDifference(
            first: one, second: two, shape: mine.tensor.shape,
            start: InitialRelation(mine.initializer, theirs.initializer))
        result.metadata = one.metadata.differences(from: two.metadata)
        result.obstacle = Self.obstacle(mine, theirs)
        // The values of a tied variable are compared where they stand.
        let areTied = one.tiedTo != nil && one.tiedTo == two.tiedTo
        guard result.obstacle == nil, comparesValues, !areTied,
            var collector = ValueDifferenceCollector(
                mine.tensor.dtype, theirs.tensor.dtype, tolerance)
        else { return result }
        comparedCount = CheckedSize.total(comparedCount, UInt64(mine.tensor.shape.elementCount))
        if mine.tensor.dtype == theirs.tensor.dtype, try hasSameBytes(a, b) { return result }
        try forEachPiece(a, b) { one, two in
            collector.add(one, two)
            return true
        }
        let values = collector.difference
        if values.differentCount > 0 { result.values = values }
        if result.start == .same, let here = first.drift(a), let there = second.drift(b) {
            result.drifts = VariableDifference.Drifts(first: here, second: there)
        }
        return result
    }

    private static func obstacle(
        _ one: VariableInfo, _ two: VariableInfo
    ) -> VariableDifference.Obstacle? {
        if one.elementShape != two.elementShape { return .shape }
        let canCompare =
            one.tensor.shape == two.tensor.shape && one.blocks?.type == two.blocks?.type
            && (one.tensor.dtype == two.tensor.dtype
                || (one.tensor.dtype.isReal && two.tensor.dtype.isReal))
        return canCompare ? nil : .dtype
    }

    /// The seeds with which variables of the same recipe began; nil: the same, or not known.
    func seeds(of name: VariableName) -> CheckpointDifference.Seeds? {
        guard let a = first.reader.manifest[name]?.initializer,
            let b = second.reader.manifest[name]?.initializer,
            InitialRelation(a, b) == .otherSeed
        else { return nil }
        return CheckpointDifference.Seeds(first: a.seed, second: b.seed)
    }

    private mutating func hasSameBytes(_ a: Int, _ b: Int) throws(FormatError) -> Bool {
        var isSame = true
        try forEachPiece(a, b) { one, two in
            isSame = one.hasSameBytes(as: two)
            return isSame
        }
        return isSame
    }

    /// Calls `body` with as many elements of both until it wants no more. Those of whoever is read
    /// to the end are compared with what their file says of them.
    private mutating func forEachPiece(
        _ a: Int, _ b: Int, _ body: (TensorData, TensorData) -> Bool
    ) throws(FormatError) {
        var (one, two) = (try first.values(a), try second.values(b))
        let count = one.region.shape.elementCount
        var isWanted = true
        var start = 0
        while isWanted, start < count {
            let range = start..<start + min(Self.pieceElementCount, count - start)
            let mine = try FormatError.about(first.name) { () throws(FormatError) in
                try one.elements(range)
            }
            let theirs = try FormatError.about(second.name) { () throws(FormatError) in
                try two.elements(range)
            }
            isWanted = body(mine, theirs)
            start = range.upperBound
        }
        if isWanted {
            try FormatError.about(first.name) { () throws(FormatError) in try one.finish() }
            try FormatError.about(second.name) { () throws(FormatError) in try two.finish() }
        }
        (first.budget, second.budget) = (one.budget, two.budget)
    }
}

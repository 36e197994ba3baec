import LTFNBytes
import LTFNCheckpoint

extension CheckpointDifference {
    /// The report for a person: A and B, structure, initial values, values, metadata, and whether
    /// they are the same.
    public func text(_ layout: TextLayout) -> String {
        var sections = [head(layout)]
        sections.append(structureLines(layout))
        sections.append(startLines(layout))
        sections.append(valueLines(layout))
        sections.append(metadataLines(layout))
        sections.append(verdict(layout))
        return sections.filter { !$0.isEmpty }.map { $0.map { $0 + "\n" }.joined() }
            .joined(separator: "\n")
    }

    private func head(_ layout: TextLayout) -> [String] {
        [("A", first), ("B", second)].flatMap { letter, side in
            let facts = [
                side.formatName, NumberText.counted(side.totals.variableCount, "variable"),
                NumberText.counted(side.totals.valueCount, "value"),
            ]
            return [
                layout.paint("\(letter)  \(TerminalText.escaped(side.name))", .heading),
                "   " + facts.joined(separator: " \(layout.dot) "),
            ]
        }
    }

    /// How many of a kind are listed.
    private static let listedCount = 20

    /// The first of many lines, and how many there are more.
    private func listed<Element>(
        _ elements: [Element], _ line: (Element) -> [String]
    ) -> [String] {
        let rest = elements.count - Self.listedCount
        return elements.prefix(Self.listedCount).flatMap(line)
            + (rest > 0 ? ["  and \(NumberText.grouped(rest)) more"] : [])
    }

    // Structure.

    private func structureLines(_ layout: TextLayout) -> [String] {
        var lines: [String] = []
        for (letter, variables) in [("A", onlyFirst), ("B", onlySecond)] where !variables.isEmpty {
            let count = NumberText.counted(variables.count, "variable")
            lines.append(layout.paint("only in \(letter): \(count)", .bad))
            lines += listed(variables) { layout.wrapped($0.inWords) }
        }
        let others = variables.filter { $0.obstacle != nil || !$0.hasSameType }
        if !others.isEmpty {
            let count = NumberText.counted(others.count, "variable")
            lines.append(layout.paint("of another dtype or shape: \(count)", .bad))
            lines += listed(others) { difference in
                let (one, two) = (difference.first, difference.second)
                return layout.wrapped(
                    "\(one.inWords) \(layout.arrow) \(two.elementType) \(two.elementShape)"
                        + (difference.obstacle == nil ? "" : ", values not compared"))
            }
        }
        let ties = variables.filter { !$0.hasSameTie }
        if !ties.isEmpty, !unrecorded.contains(.ties) {
            let count = NumberText.counted(ties.count, "variable")
            lines.append("values shared in one, copied in the other: \(count)")
            lines += listed(ties) { layout.wrapped(TerminalText.escaped($0.first.name.string)) }
        }
        if network == .different { lines.append("the networks differ") }
        return lines
    }

    // Initial values.

    private func startLines(_ layout: TextLayout) -> [String] {
        InitialRelation.allCases.flatMap { relation -> [String] in
            guard let count = starts[relation], count > 0, let words = words(relation) else {
                return []
            }
            let all = count == commonCount && count > 1
            let what =
                all
                ? "all \(NumberText.grouped(count)) variables"
                : NumberText.counted(count, "variable")
            let line = "\(words): \(what)"
            return layout.wrapped(line).enumerated().map { index, line in
                index == 0 ? String(line.dropFirst(2)) : line
            } + (relation == .otherRecipe ? otherRecipes(layout) : [])
        }
    }

    private func words(_ relation: InitialRelation) -> String? {
        switch relation {
        case .same: "same seed, so the same start"
        case .sameRecipe: "same initializer"
        case .otherSeed:
            "same initializer, another start"
                + (seeds.map { " (seed \($0.first) in A, \($0.second) in B)" } ?? "")
        case .otherRecipe: "another initializer"
        // What only one file records is told at the end.
        case .onlyFirst where !unrecorded.contains(.initializers): "initializer known only in A"
        case .onlySecond where !unrecorded.contains(.initializers): "initializer known only in B"
        case .onlyFirst, .onlySecond, .unknown: nil
        }
    }

    private func otherRecipes(_ layout: TextLayout) -> [String] {
        listed(variables.filter { $0.start == .otherRecipe }) { difference in
            let recipes = [difference.first, difference.second].map {
                $0.initializer?.recipe.text ?? "unknown"
            }
            return layout.wrapped(
                "\(TerminalText.escaped(difference.first.name.string)): "
                    + recipes.joined(separator: " \(layout.arrow) "))
        }
    }

    // Values.

    private func valueLines(_ layout: TextLayout) -> [String] {
        guard comparesValues else { return ["values not compared"] }
        let rows = variables.compactMap { difference in
            difference.values.map { difference.cells($0, tolerance) }
        }
        let all = NumberText.counted(comparedCount, "value")
        guard !rows.isEmpty else {
            return commonCount == 0 ? [] : ["the same in both, bit for bit: \(all)"]
        }
        let table = TextTable(Self.columns, measuring: rows, layout)
        var lines = [table.title] + rows.map(table.line)
        let count = NumberText.grouped(differentCount)
        let variableCount = variables.count { $0.values != nil }
        var words =
            "\(count) of \(all) differ, in \(NumberText.grouped(variableCount)) of "
            + NumberText.counted(commonCount, "variable")
        if !tolerance.isExact {
            words += "; \(NumberText.grouped(beyondCount)) of them by more than \(tolerance.words)"
        }
        lines += layout.wrapped(words)
        return lines
    }

    private static let columns = [
        TextTable.Column(title: "values", isNumber: false), TextTable.Column(title: "differ"),
        TextTable.Column(title: "beyond", rank: 8), TextTable.Column(title: "not finite", rank: 6),
        TextTable.Column(title: "max |a-b|"), TextTable.Column(title: "max rel", rank: 1),
        TextTable.Column(title: "max ULP", rank: 0), TextTable.Column(title: "rel L2", rank: 7),
        TextTable.Column(title: "cosine", rank: 2), TextTable.Column(title: "KS", rank: 3),
        TextTable.Column(title: "A moved", rank: 4), TextTable.Column(title: "B moved", rank: 5),
    ]

    // The rest.

    private func metadataLines(_ layout: TextLayout) -> [String] {
        guard !unrecorded.contains(.metadata) else { return [] }
        var lines = metadata.isEmpty ? [] : ["metadata that differ:"]
        lines += listed(metadata) { $0.lines(layout, owner: nil) }
        let owned = variables.filter { !$0.metadata.isEmpty }
        if !owned.isEmpty { lines.append("metadata of variables that differ:") }
        lines += listed(owned) { variable in
            variable.metadata.flatMap { $0.lines(layout, owner: variable.first.name) }
        }
        return lines
    }

    private func verdict(_ layout: TextLayout) -> [String] {
        var lines: [String] = []
        if !unrecorded.isEmpty {
            let names = unrecorded.map(\.rawValue).sorted().joined(separator: ", ")
            lines += layout.wrapped("only one of the files records: \(names)").map {
                layout.paint(String($0.dropFirst(2)), .quiet)
            }
        }
        guard !isEqual else {
            let words =
                !comparesValues ? "" : tolerance.isExact ? "" : ", within \(tolerance.words)"
            return lines + [layout.paint("equal" + words, .good)]
        }
        return lines + [layout.paint("different", .bad)]
    }
}

extension ComparisonTolerance {
    /// `1e-06 + 0.01·|b|`
    fileprivate var words: String {
        var parts: [String] = []
        if absolute > 0 || relative == 0 { parts.append(NumberText.significant(absolute, 6)) }
        if relative > 0 { parts.append("\(NumberText.significant(relative, 6)) |b|") }
        if let ulps {
            if absolute == 0, relative == 0 { parts = [] }
            let words = "\(NumberText.grouped(ulps)) ULP"
            return parts.isEmpty ? words : parts.joined(separator: " + ") + " or " + words
        }
        return parts.joined(separator: " + ")
    }
}

extension VariableInfo {
    /// `name  f32 [3, 3]`
    fileprivate var inWords: String {
        "\(TerminalText.escaped(name.string)) \(elementType) \(elementShape)"
    }
}

extension VariableDifference {
    /// What the table says.
    fileprivate func cells(
        _ values: ValueDifference, _ tolerance: ComparisonTolerance
    ) -> [String] {
        let figure = { (value: Double?) in value.map { FigureText.significant($0) } ?? "" }
        let share = { (count: Int) in
            count == values.count && count > 0
                ? "all" : NumberText.grouped(count)
        }
        return [
            TerminalText.escaped(first.name.string), share(values.differentCount),
            tolerance.isExact ? "" : share(values.beyondCount),
            values.nonFiniteCount > 0 ? NumberText.grouped(values.nonFiniteCount) : "",
            figure(values.largest?.distance), figure(values.largestRelative),
            values.largestULPs.map(NumberText.grouped) ?? "",
            values.relativeL2.map(FigureText.share) ?? "",
            values.cosine.map { NumberText.fixed($0, 6) } ?? "", figure(values.ksDistance),
            drifts.map { $0.first.words } ?? "", drifts.map { $0.second.words } ?? "",
        ]
    }
}

extension VariableReport.Drift {
    /// `3.5 %`; the distance from zeros.
    fileprivate var words: String {
        relative.map(FigureText.share) ?? FigureText.significant(distance)
    }
}

extension CheckpointDifference.MetadataDifference {
    fileprivate func lines(_ layout: TextLayout, owner: VariableName?) -> [String] {
        let values = [first, second].map { $0.map { $0.inWords(width: 60) } ?? "none" }
        let name = owner.map { TerminalText.escaped($0.string) + " " } ?? ""
        return layout.wrapped(
            "\(name)\(TerminalText.escaped(key)): \(values.joined(separator: " \(layout.arrow) "))")
    }
}

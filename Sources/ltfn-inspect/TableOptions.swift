import ArgumentParser
import LTFNBytes
import LTFNCommand
import LTFNInspection

/// `--columns`, `--sort`, `--tree`, `--csv`, `--markdown`: a line for each variable.
struct TableOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A line for each variable with these columns: name, dtype, shape, values, bytes, stored, "
                + "share, initializer, seed, moved; mean, std, min, max, zeros, nan, infinite; with "
                + "--details all of min_at, max_at, norm, magnitude, skew, kurtosis, subnormal, median "
                + "and the percentiles p0.1, p1, p5, p95, p99, p99.9.",
            valueName: "names"),
        completion: .list(VariableColumn.allCases.map(\.rawValue)),
        transform: Self.columns)
    var columns: [VariableColumn] = []

    @Option(
        help: ArgumentHelp(
            "Sort the lines by a column: numbers from the largest, text from the first.",
            valueName: "column"),
        completion: .list(VariableColumn.allCases.map(\.rawValue)),
        transform: Self.column)
    var sort: VariableColumn?

    @Flag(help: "Sort the other way round.")
    var reverse = false

    @Flag(help: "Put names together by their beginnings, with the sums of what is below each.")
    var tree = false

    @Flag(help: "Print the table as comma-separated values.")
    var csv = false

    @Flag(help: "Print the table in Markdown.")
    var markdown = false

    func validate() throws {
        if csv, markdown {
            throw ValidationError("--csv and --markdown exclude each other.")
        }
        if tree, csv || markdown || sort != nil {
            throw ValidationError(
                "--tree is text in its own order, without --sort, --csv, --markdown.")
        }
        if reverse, sort == nil {
            throw ValidationError("--reverse goes with --sort.")
        }
    }

    /// The table that is asked for; nil: none is.
    ///
    /// - Parameters:
    ///   - hasValues: whether values are read.
    ///   - hasDetails: whether all details are wanted.
    /// - Throws: when a column needs values, and none are read.
    func style(hasValues: Bool, hasDetails: Bool) throws -> VariableTableStyle? {
        guard !columns.isEmpty || sort != nil || tree || csv || markdown else { return nil }
        var chosen = columns
        if chosen.isEmpty {
            chosen =
                tree
                ? [.name, .dtype, .shape, .values, .bytes, .share]
                : VariableColumn.ofIndex + (hasValues ? VariableColumn.ofStatistics : [])
            if hasValues, hasDetails { chosen += VariableColumn.ofDetails }
        }
        // A tree, and a table for a person, begin with names.
        let needsName = tree || !(csv || markdown)
        if needsName { chosen = [.name] + chosen.filter { $0 != .name } }
        let all = chosen + (sort.map { [$0] } ?? [])
        if !hasValues, let column = all.first(where: \.needsValues) {
            throw CommandFailure(
                .usage,
                "The column \(column.rawValue) needs a look at the values; expected no --no-stats "
                    + "beside it.")
        }
        return VariableTableStyle(
            chosen, form: csv ? .csv : markdown ? .markdown : .text,
            order: sort.map { VariableTableStyle.Order($0, isReversed: reverse) }, isTree: tree)
    }

    private static func columns(_ text: String) throws -> [VariableColumn] {
        let columns = try text.split(separator: ",").map { try column(String($0)) }
        guard !columns.isEmpty, Set(columns).count == columns.count else {
            throw ValidationError("expected names of columns, each once, found \"\(text)\".")
        }
        return columns
    }

    private static func column(_ name: String) throws -> VariableColumn {
        if let column = VariableColumn(rawValue: name) { return column }
        let names = VariableColumn.allCases.map(\.rawValue)
        let meant = Spelling.suggestion(for: name, among: names)
        throw ValidationError(
            "there is no column \"\(name)\"\(Spelling.question(meant, else: ";")) There are "
                + names.joined(separator: ", ") + ".")
    }
}

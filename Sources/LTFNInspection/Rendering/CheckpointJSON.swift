import LTFNBytes
import LTFNCheckpoint

/// The documents that `ltfn-inspect --json` prints, by the value of their first key.
public enum InspectionSchema {
    /// What is in the file.
    public static let show = "ltfn.inspect/1"
    /// Whether it is sound.
    public static let verify = "ltfn.inspect.verify/1"
    /// What its network makes of images.
    public static let activations = "ltfn.inspect.activations/1"
    /// Elements of a variable.
    public static let get = "ltfn.inspect.get/1"
    /// In what two files differ.
    public static let diff = "ltfn.inspect.diff/1"
}

extension CheckpointReport {
    /// The report for a program. Numbers that are not finite are null, with their counts beside
    /// them.
    public var json: String {
        var text = ""
        _ = write(TextLayout(), axis: .each, text: nil, json: { text += $0 })
        return text
    }
}

/// Writes the report for a program.
struct DocumentWriter {
    private var document: JSONDocument
    private let write: (String) -> Void
    /// Variables without their names.
    private var templates: [ListedKind: JSONTemplate] = [:]
    private var lastTemplate: (kind: ListedKind, template: JSONTemplate)?

    init(
        _ report: CheckpointReport<some Sequence<VariableReport>>,
        _ write: @escaping (String) -> Void
    ) {
        self.write = write
        document = JSONDocument(
            [
                "schema": .string(InspectionSchema.show),
                "bases": .array(report.content?.bases.map { .string("\($0)") } ?? []),
                "content_digest": report.content.map { .string("\($0.digest)") } ?? .null,
                "file": .string(report.name),
                "file_bytes": .uint(report.fileByteCount),
                "format": .string(report.formatName),
                "metadata": report.metadata.document,
                "network": report.graph.map { .string($0.name) } ?? .null,
                "other_files": .array(report.otherFiles.map { .string($0) }),
                "selection": report.selection.map { .array($0.patterns.map { .string($0) }) }
                    ?? .null,
                "totals": report.totals.json,
            ], to: write)
        document.beginArray("variables", to: write)
    }

    mutating func add(_ variable: VariableReport) {
        guard let template = template(for: variable) else {
            return document.append(.object(variable.members), to: write)
        }
        document.append(template, filledWith: variable.info.name.string, to: write)
    }

    /// Models have few kinds of variables, so all but the name is mostly known already.
    private mutating func template(for variable: VariableReport) -> JSONTemplate? {
        guard let kind = ListedKind(variable) else { return nil }
        if let lastTemplate, lastTemplate.kind == kind { return lastTemplate.template }
        let template = templates[kind] ?? JSONTemplate(variable.members, gap: "name")
        if templates.count < 1_024 { templates[kind] = template }
        lastTemplate = (kind, template)
        return template
    }

    mutating func finish(_ findings: InspectionFindings) {
        document.endArray(to: write)
        document.finish(["warnings": findings.json], to: write)
    }
}

/// What the document says of a variable from the index alone, without its name.
private struct ListedKind: Hashable {
    let tensor: TensorInfo
    let storage: StorageInfo

    /// nil: more is said of it, which is hardly ever the same twice.
    init?(_ variable: VariableReport) {
        guard variable.info.initializer == nil, variable.info.metadata.isEmpty,
            variable.info.tiedTo == nil, variable.statistics == nil, variable.drift == nil,
            variable.outcome == .done
        else { return nil }
        tensor = variable.info.tensor
        storage = variable.storage
    }

    /// Little of it: kinds are told apart by `==`.
    func hash(into hasher: inout Hasher) {
        hasher.combine(tensor.byteCount)
        hasher.combine(storage.storedByteCount)
    }
}

extension CheckpointTotals {
    fileprivate var json: JSONValue {
        .object([
            "variables": .int(Int64(variableCount)),
            "values": .uint(valueCount),
            "raw_bytes": .uint(rawByteCount),
            "stored_bytes": .uint(storedByteCount),
            "ratio": .number(ratio),
        ])
    }
}

extension InspectionFindings {
    fileprivate var json: JSONValue {
        .object([
            "nonfinite": .int(Int64(nonFiniteCount)),
            "damaged": .int(Int64(damagedCount)),
            "unread": .int(Int64(unreadCount)),
            "listed_only": .int(Int64(listedOnlyCount)),
        ])
    }
}

extension VariableReport {
    /// In the order of their keys, so that nothing has to be sorted.
    var members: [JSONMember] {
        var members = [
            JSONMember("codecs", .array(storage.codecs.map(\.json))),
            JSONMember("count", .int(Int64(info.elementShape.elementCount))),
        ]
        if let drift { members.append(JSONMember("drift", drift.json)) }
        members += [
            JSONMember("dtype", .string(info.elementType)),
            JSONMember("initializer", info.initializer.map(json) ?? .null),
        ]
        if !storage.layout.isEmpty {
            members.append(JSONMember("layout", .array(storage.layout.map { .string($0) })))
        }
        if outcome == .listed { members.append(JSONMember("listed_only", true)) }
        members += [
            JSONMember("metadata", info.metadata.document),
            JSONMember("name", .string(info.name.string)),
        ]
        switch outcome {
        case .done, .listed: break
        case .unread(let problem), .damaged(let problem):
            members.append(JSONMember("problem", problem.json))
        }
        members += [
            JSONMember("ratio", .number(ratio)),
            JSONMember("raw_bytes", .int(Int64(info.tensor.byteCount))),
            JSONMember("shape", .array(info.elementShape.dimensions.map { .int(Int64($0)) })),
        ]
        if let statistics {
            members.append(JSONMember("statistics", statistics.json(info.elementShape)))
        }
        members.append(JSONMember("stored_bytes", .uint(storage.storedByteCount)))
        if let target = info.tiedTo {
            members.append(JSONMember("tied_to", .string(target.string)))
        }
        return members
    }

    private func json(_ initializer: InitializerSpec) -> JSONValue {
        var members = [
            JSONMember("recipe", initializer.recipe.document),
            JSONMember("text", .string(initializer.recipe.text)),
            JSONMember("reproducible", .bool(initializer.isReproducible)),
        ]
        if initializer.isReproducible {
            members.append(JSONMember("seed", .uint(initializer.seed)))
            members.append(JSONMember("stream", .uint(initializer.stream)))
        }
        if let fans = initializer.fans {
            members.append(JSONMember("fan_in", .uint(fans.fanIn)))
            members.append(JSONMember("fan_out", .uint(fans.fanOut)))
        }
        if let expected {
            members.append(JSONMember("expected_mean", .double(expected.mean)))
            members.append(JSONMember("expected_std", .double(expected.standardDeviation)))
        }
        return .object(members)
    }
}

extension StoredCodec {
    fileprivate var json: JSONValue {
        [
            "name": .string(name),
            "chunks": chunkCount.map { .int(Int64($0)) } ?? .null,
        ]
    }
}

extension VariableReport.Drift {
    var json: JSONValue {
        .object([
            "distance": .double(distance), "initial_norm": .double(initialNorm),
            "relative": .number(relative),
        ])
    }
}

extension ValueDetails {
    /// - Parameter shape: of the tensor that the values are of.
    fileprivate func json(_ shape: TensorShape) -> JSONValue {
        let index = { (position: Int?) -> JSONValue in
            position.map { place in
                .array(shape.indices(of: place).map { .int(Int64($0)) })
            } ?? .null
        }
        return .object([
            "excess_kurtosis": .number(excessKurtosis),
            "l2": .number(l2Norm),
            "max_index": index(maximumPosition),
            "mean_magnitude": .number(meanMagnitude),
            "min_index": index(minimumPosition),
            "percentiles": .object(
                zip(Self.shares, quantiles).map { share, value in
                    JSONMember(NumberText.significant(share * 100, 3), .double(value))
                }),
            "skewness": .number(skewness),
            "subnormal": .int(Int64(subnormalCount)),
        ])
    }
}

extension ValueStatistics {
    /// The columns of the histogram in documents.
    static let documentColumns = 64

    /// With the details, where there are any.
    ///
    /// - Parameter shape: of the tensor that the values are of.
    func json(_ shape: TensorShape) -> JSONValue {
        guard let details, case .object(let members) = json else { return json }
        return .object(members + [JSONMember("details", details.json(shape))])
    }

    var json: JSONValue {
        .object([
            "count": .int(Int64(count)),
            "mean": .number(mean),
            "std": .number(standardDeviation),
            "min": integerRange.map { .integer($0.minimum) } ?? .number(minimum),
            "max": integerRange.map { .integer($0.maximum) } ?? .number(maximum),
            "zeros": .int(Int64(zeroCount)),
            "nan": .int(Int64(nanCount)),
            "positive_infinity": .int(Int64(positiveInfinityCount)),
            "negative_infinity": .int(Int64(negativeInfinityCount)),
            "complex_infinity": .int(Int64(complexInfinityCount)),
            "histogram": histogram.columns(Self.documentColumns, reaching: largestMagnitude).json,
        ])
    }
}

extension Histogram.Columns {
    var json: JSONValue {
        .object([
            "low": .double(low), "high": .double(high),
            "counts": .array(counts.map { .uint($0) }),
        ])
    }
}

extension JSONValue {
    /// A whole number; the nearest float64 beyond 64 bits.
    static func integer(_ value: Int128) -> JSONValue {
        Int64(exactly: value).map { .int($0) } ?? UInt64(exactly: value).map { .uint($0) }
            ?? .double(Double(value))
    }

    /// null where there is no number.
    static func number(_ value: Double?) -> JSONValue {
        value.map { .double($0) } ?? .null
    }
}

import LTFNBytes
import LTFNCheckpoint

extension CheckpointDifference {
    /// The report for a program.
    public var json: JSONValue {
        .object([
            "schema": .string(InspectionSchema.diff),
            "equal": .bool(isEqual),
            "first": first.json,
            "second": second.json,
            "ignored": .array(ignored.map(\.rawValue).sorted().map { .string($0) }),
            "unrecorded": .array(unrecorded.map(\.rawValue).sorted().map { .string($0) }),
            "initial_values": .object(
                InitialRelation.allCases.map {
                    JSONMember($0.rawValue, .int(Int64(starts[$0] ?? 0)))
                }),
            "metadata": .array(metadata.map(\.json)),
            "network": .string(network.rawValue),
            "only_first": .array(onlyFirst.map(\.documentOfDifference)),
            "only_second": .array(onlySecond.map(\.documentOfDifference)),
            "seeds": seeds.map { ["first": .uint($0.first), "second": .uint($0.second)] } ?? .null,
            "tolerance": .object([
                "absolute": .double(tolerance.absolute), "relative": .double(tolerance.relative),
                "ulps": tolerance.ulps.map { .uint($0) } ?? .null,
            ]),
            "totals": .object([
                "variables": .int(Int64(commonCount)),
                "variables_different": .int(Int64(differingCount)),
                "values": .uint(comparedCount), "values_different": .uint(differentCount),
                "values_beyond_tolerance": .uint(beyondCount),
            ]),
            "values_compared": .bool(comparesValues),
            "variables": .array(variables.map { $0.json(ignored) }),
        ])
    }
}

extension CheckpointDifference.Side {
    fileprivate var json: JSONValue {
        .object([
            "file": .string(name), "format": .string(formatName),
            "variables": .int(Int64(totals.variableCount)), "values": .uint(totals.valueCount),
        ])
    }
}

extension CheckpointDifference.MetadataDifference {
    fileprivate var json: JSONValue {
        .object([
            "key": .string(key), "first": first?.document ?? .null,
            "second": second?.document ?? .null,
        ])
    }
}

extension VariableInfo {
    fileprivate var documentOfDifference: JSONValue {
        .object([
            "name": .string(name.string), "dtype": .string(elementType),
            "shape": elementShape.document,
        ])
    }

    fileprivate var sideOfDifference: JSONValue {
        .object([
            "dtype": .string(elementType), "shape": elementShape.document,
            "initializer": initializer.map { .string($0.recipe.text) } ?? .null,
            "seed": initializer.flatMap { $0.isReproducible ? .uint($0.seed) : nil } ?? .null,
            "stream": initializer.flatMap { $0.isReproducible ? .uint($0.stream) : nil } ?? .null,
            "tied_to": tiedTo.map { .string($0.string) } ?? .null,
        ])
    }
}

extension VariableDifference {
    fileprivate func json(_ ignored: Set<ComparisonPart>) -> JSONValue {
        .object([
            "name": .string(first.name.string),
            "equal": .bool(isEqual(ignoring: ignored)),
            "first": first.sideOfDifference,
            "second": second.sideOfDifference,
            "initial_values": .string(start.rawValue),
            "metadata": .array(metadata.map(\.json)),
            "drift": drifts.map { ["first": $0.first.json, "second": $0.second.json] } ?? .null,
            "not_comparable": obstacle.map { .string($0.rawValue) } ?? .null,
            "values": values.map { $0.json(shape) } ?? .null,
        ])
    }
}

extension ValueDifference {
    fileprivate func json(_ shape: TensorShape) -> JSONValue {
        .object([
            "count": .int(Int64(count)),
            "different": .int(Int64(differentCount)),
            "beyond_tolerance": .int(Int64(beyondCount)),
            "nonfinite": .int(Int64(nonFiniteCount)),
            "max_absolute": largest.map { extreme in
                .object([
                    "distance": .double(extreme.distance), "first": .double(extreme.first),
                    "second": .double(extreme.second),
                    "index": .array(shape.indices(of: extreme.position).map { .int(Int64($0)) }),
                ])
            } ?? .null,
            "max_relative": .number(largestRelative),
            "max_ulps": largestULPs.map { .uint($0) } ?? .null,
            "relative_l2": .number(relativeL2),
            "cosine": .number(cosine),
            "ks_distance": .number(ksDistance),
        ])
    }
}

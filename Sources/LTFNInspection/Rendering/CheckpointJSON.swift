import LTFNBytes
import LTFNCheckpoint

/// The document that `ltfn-inspect --json` prints.
public enum InspectionSchema {
    /// The value of its first key.
    public static let name = "ltfn.inspect/1"
}

extension CheckpointReport {
    /// The report for a program. Numbers that are not finite are null, with their counts beside them.
    public var json: JSONValue {
        .object([
            "schema": .string(InspectionSchema.name),
            "report": "show",
            "file": .string(name),
            "format": .string(formatName),
            "file_bytes": .uint(fileByteCount),
            "network": graph.map { .string($0.name) } ?? .null,
            "metadata": metadata.json,
            "totals": .object([
                "variables": .int(Int64(variables.count)),
                "values": .uint(valueCount),
                "raw_bytes": .uint(rawByteCount),
                "stored_bytes": .uint(storedByteCount),
                "ratio": .number(ratio),
                "nonfinite": .int(Int64(nonFiniteCount)),
            ]),
            "variables": .array(variables.map(\.json)),
        ])
    }
}

extension VariableReport {
    var json: JSONValue {
        var members = [
            JSONMember("name", .string(info.name.string)),
            JSONMember("dtype", .string(info.tensor.dtype.rawValue)),
            JSONMember("shape", .array(info.tensor.shape.dimensions.map { .int(Int64($0)) })),
            JSONMember("count", .int(Int64(info.tensor.shape.elementCount))),
            JSONMember("raw_bytes", .int(Int64(info.tensor.byteCount))),
            JSONMember("stored_bytes", .uint(storage.storedByteCount)),
            JSONMember("ratio", .number(ratio)),
            JSONMember("codec", .string(storage.codec)),
            JSONMember("initializer", info.initializer.map(json) ?? .null),
            JSONMember("metadata", info.metadata.json),
        ]
        if let target = info.tiedTo {
            members.append(JSONMember("tied_to", .string(target.string)))
        }
        if let statistics { members.append(JSONMember("statistics", statistics.json)) }
        if let drift { members.append(JSONMember("drift", drift.json)) }
        return .object(members)
    }

    private func json(_ initializer: InitializerSpec) -> JSONValue {
        var members = [
            JSONMember("name", .string(initializer.recipe.name)),
            JSONMember("recipe", .string(initializer.recipe.text)),
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

extension VariableReport.Drift {
    var json: JSONValue {
        .object([
            "distance": .double(distance), "initial_norm": .double(initialNorm),
            "relative": .number(relative),
        ])
    }
}

extension ValueStatistics {
    /// The columns of the histogram in documents.
    static let documentColumns = 64

    var json: JSONValue {
        .object([
            "count": .int(Int64(count)),
            "mean": .number(mean),
            "std": .number(standardDeviation),
            "min": .number(minimum),
            "max": .number(maximum),
            "zeros": .int(Int64(zeroCount)),
            "nan": .int(Int64(nanCount)),
            "positive_infinity": .int(Int64(positiveInfinityCount)),
            "negative_infinity": .int(Int64(negativeInfinityCount)),
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
    /// null where there is no number.
    static func number(_ value: Double?) -> JSONValue {
        value.map { .double($0) } ?? .null
    }
}

import LTFNBytes
import LTFNInference

extension ActivationReport {
    /// The report for a program.
    ///
    /// - Parameters:
    ///   - model: what the checkpoint is called.
    ///   - images: what the file of images is called.
    ///   - data: what else is known of the files.
    public func json(
        model: String, images: String, data: [JSONMember] = [],
        thresholds: VerdictThresholds = VerdictThresholds()
    ) -> JSONValue {
        var members = [
            JSONMember("schema", .string(InspectionSchema.activations)),
            JSONMember("file", .string(model)),
            JSONMember("images", .string(images)),
            JSONMember("count", .int(Int64(imageCount))),
            JSONMember(
                "layers",
                .array(
                    zip(layers, factors).map {
                        $0.json(reaching: largestMagnitude, factor: $1)
                    })),
            JSONMember("softmax", softmax.json),
            JSONMember("verdicts", .array(verdicts(thresholds).map(\.json))),
            JSONMember("predictions", .array(predictions.countOfClass.map { .int(Int64($0)) })),
            JSONMember("nonfinite", .int(Int64(predictions.nonFiniteCount))),
        ]
        members += data
        if let metrics {
            members.append(JSONMember("correct", .int(Int64(metrics.correct))))
            members.append(JSONMember("cost", .number(metrics.cost)))
        }
        return .object(members)
    }
}

extension LayerActivations {
    fileprivate func json(reaching magnitude: Double, factor: Double?) -> JSONValue {
        let columns = statistics.histogram.columns(
            ValueStatistics.documentColumns, reaching: magnitude)
        var members = [
            JSONMember("name", .string(name)),
            JSONMember("units", .int(Int64(unitCount))),
            JSONMember("statistics", statistics.json),
            JSONMember("histogram_on_common_axis", columns.json),
            JSONMember("positive_fraction", .number(positiveFraction)),
            JSONMember("factor", .number(factor)),
        ]
        if let duplicateCount {
            members.append(JSONMember("duplicate_units", .int(Int64(duplicateCount))))
        }
        if let deadUnitCount {
            members.append(JSONMember("dead_units", .int(Int64(deadUnitCount))))
        }
        return .object(members)
    }
}

extension SoftmaxSummary {
    fileprivate var json: JSONValue {
        .object([
            JSONMember("mean_entropy", .number(meanEntropy)),
            JSONMember("guess_entropy", .number(guessEntropy)),
            JSONMember("mean_largest", .number(meanLargest)),
            JSONMember(
                "histogram_of_largest", .array(countOfLargest.map { .int(Int64($0)) })),
        ])
    }
}

extension Verdict {
    fileprivate var json: JSONValue {
        .object([
            JSONMember("rule", .string(rule.rawValue)),
            JSONMember("layer", layer.map { .string($0) } ?? .null),
            JSONMember("number", .number(number)),
            JSONMember("threshold", .number(threshold)),
            JSONMember("sentence", .string(sentence)),
            JSONMember("advice", .string(advice)),
        ])
    }
}

import LTFNBytes
import LTFNInference

extension ActivationReport {
    /// The report for a program.
    ///
    /// - Parameters:
    ///   - model: what the checkpoint is called.
    ///   - images: what the file of images is called.
    ///   - data: what else is known of the files.
    public func json(model: String, images: String, data: [JSONMember] = []) -> JSONValue {
        var members = [
            JSONMember("schema", .string(InspectionSchema.activations)),
            JSONMember("file", .string(model)),
            JSONMember("images", .string(images)),
            JSONMember("count", .int(Int64(imageCount))),
            JSONMember("layers", .array(layers.map { $0.json(reaching: largestMagnitude) })),
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
    fileprivate func json(reaching magnitude: Double) -> JSONValue {
        let columns = statistics.histogram.columns(
            ValueStatistics.documentColumns, reaching: magnitude)
        var members = [
            JSONMember("name", .string(name)),
            JSONMember("units", .int(Int64(unitCount))),
            JSONMember("statistics", statistics.json),
            JSONMember("histogram_on_common_axis", columns.json),
            JSONMember("positive_fraction", .number(positiveFraction)),
        ]
        if let deadUnitCount {
            members.append(JSONMember("dead_units", .int(Int64(deadUnitCount))))
        }
        return .object(members)
    }
}

import LTFNBytes
import LTFNDatasets
import LTFNInference

extension Evaluation {
    /// The result for a program.
    var json: JSONValue {
        var members = [
            JSONMember("schema", "ltfn.eval/1"),
            JSONMember("model", .string(inputs.modelPath)),
            JSONMember("images", inputs.imageFile.json),
            JSONMember("labels", inputs.labelFile?.json ?? .null),
            JSONMember("warnings", .array(inputs.remarks.map { .string($0) })),
            JSONMember("count", .int(Int64(inputs.count))),
            JSONMember("classes", .int(Int64(classCount))),
            JSONMember("predictions", .array(tally.countOfClass.map { .int(Int64($0)) })),
            JSONMember("nonfinite", .int(Int64(tally.nonFiniteCount))),
            JSONMember("threads", .int(Int64(threadCount))),
            JSONMember("images_per_second", .double(rate)),
            JSONMember(
                "seconds",
                .object([
                    "open_and_decode": .double(times.seconds(.openAndDecode)),
                    "preprocess": .double(times.seconds(.preprocess)),
                    "compute": .double(times.seconds(.compute)),
                    "total": .double(times.total),
                ])),
        ]
        if let metrics { members += Self.members(metrics) }
        return .object(members)
    }

    private static func members(_ metrics: ClassificationMetrics) -> [JSONMember] {
        let matrix = metrics.confusion
        return [
            JSONMember("accuracy", number(metrics.accuracy)),
            JSONMember(
                "accuracy_interval",
                metrics.interval.map { [.double($0.low), .double($0.high)] } ?? .null),
            JSONMember("correct", .int(Int64(metrics.correct))),
            JSONMember("cost", number(metrics.cost)),
        ] + members(matrix)
    }

    /// More classes than this are not laid out as a square: nearly all of it would be zeros.
    private static let squareClassCount = 256

    private static func members(_ matrix: ConfusionMatrix) -> [JSONMember] {
        guard matrix.classCount <= squareClassCount else {
            let entries = matrix.entries.map { entry -> JSONValue in
                .object([
                    "truth": .int(Int64(entry.truth)), "predicted": .int(Int64(entry.predicted)),
                    "count": .int(Int64(entry.count)),
                ])
            }
            return [
                JSONMember("confusion", .null), JSONMember("recall", .null),
                JSONMember("confusion_entries", .array(entries)),
            ]
        }
        let classes = 0..<matrix.classCount
        let rows = classes.map { truth -> JSONValue in
            .array(classes.map { .int(Int64(matrix[truth: truth, predicted: $0])) })
        }
        return [
            JSONMember("confusion", .array(rows)),
            JSONMember("recall", .array(classes.map { number(matrix.recall($0)) })),
        ]
    }

    private static func number(_ value: Double?) -> JSONValue {
        value.map { .double($0) } ?? .null
    }

    /// A line for each image: its number, its class where it is known, the class it was taken for
    /// and with what probability. Both are empty where the logits are not finite.
    var csv: String {
        var text =
            inputs.labels == nil
            ? "index,predicted,probability\n" : "index,label,predicted,probability\n"
        for index in 0..<inputs.count {
            text += "\(index),"
            if let labels = inputs.labels { text += "\(labels[index])," }
            if let prediction = predictions[index] {
                text += "\(prediction.label),\(prediction.probability)"
            } else {
                text += ","
            }
            text += "\n"
        }
        return text
    }
}

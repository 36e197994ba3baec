import LTFNBytes
import LTFNDatasets
import LTFNInference

extension Evaluation {
    /// The result for a program.
    var json: JSONValue {
        var members = [
            JSONMember("schema", "ltfn.eval/1"),
            JSONMember("model", .string(inputs.modelPath)),
            JSONMember("images", Self.json(inputs.imageFile)),
            JSONMember("labels", inputs.labelFile.map(Self.json) ?? .null),
            JSONMember("count", .int(Int64(inputs.count))),
            JSONMember("classes", .int(Int64(classCount))),
            JSONMember("predictions", .array(tally.countOfClass.map { .int(Int64($0)) })),
            JSONMember("undecided", .int(Int64(tally.undecidedCount))),
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
        let classes = 0..<matrix.classCount
        return [
            JSONMember("accuracy", number(metrics.accuracy)),
            JSONMember(
                "accuracy_interval",
                metrics.interval.map { [.double($0.low), .double($0.high)] } ?? .null),
            JSONMember("correct", .int(Int64(metrics.correct))),
            JSONMember("cost", number(metrics.cost)),
            JSONMember(
                "confusion",
                .array(
                    classes.map { truth in
                        .array(
                            classes.map { .int(Int64(matrix[truth: truth, predicted: $0])) })
                    })),
            JSONMember("recall", .array(classes.map { number(matrix.recall($0)) })),
        ]
    }

    private static func number(_ value: Double?) -> JSONValue {
        value.map { .double($0) } ?? .null
    }

    private static func json(_ file: DatasetFile) -> JSONValue {
        .object([
            "path": file.path.map { .string($0) } ?? .null,
            "sha256": .string(file.identity.digest.description),
            "name": file.identity.name.map { .string($0) } ?? .null,
        ])
    }

    /// A line for each image: its number, its class where it is known, the class it was taken for
    /// and with what probability. Empty where the logits are not numbers.
    var csv: String {
        var text =
            inputs.labels == nil
            ? "index,predicted,probability\n" : "index,label,predicted,probability\n"
        for index in 0..<inputs.count {
            text += "\(index),"
            if let labels = inputs.labels { text += "\(labels[index])," }
            if let predicted = tally.predictions[index] {
                text += "\(predicted),\(probabilities[index])"
            } else {
                text += ","
            }
            text += "\n"
        }
        return text
    }
}

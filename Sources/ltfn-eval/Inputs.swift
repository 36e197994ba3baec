import LTFNBytes
import LTFNCheckpoint
import LTFNCommand
import LTFNDatasets
import LTFNFormats
import LTFNInference

/// What a run reads: a network with its variables, images, and labels where there are any.
struct Inputs {
    let modelPath: String
    /// The other files of the model, when it is a set.
    let otherModelPaths: [String]
    /// What the network may take to run.
    let runningLimits: RunningLimits
    let graph: ModelGraph
    let parameters: [VariableName: TensorData]
    let images: ImageSet
    let imageFile: DatasetFile
    let labels: LabelSet?
    let labelFile: DatasetFile?
    /// What is to be said of the choice of these files.
    let remarks: [String]
    /// How many of the images are looked at.
    let count: Int

    /// - Parameter bases: the files that the model may be stored relative to.
    init(
        model: String, bases: [String], images: String, labels: String?, count: Int?,
        limits: DecodingLimits, operationCount: Double?
    ) throws(FormatError) {
        modelPath = model
        let losses: [String]
        (graph, parameters, runningLimits, otherModelPaths, losses) = try Self.readModel(
            model, bases, limits, operationCount)
        let sample = try ImageSample(
            at: images, labels: labels, count: count, archives: ArrayArchives(read: ByteArrays.read)
        )
        self.images = sample.images
        imageFile = sample.imageFile
        self.labels = sample.labels
        labelFile = sample.labelFile
        remarks = losses + sample.remarks
        let imagePath = imageFile.path ?? images
        let (height, width) = (self.images.height, self.images.width)
        try FormatError.about(imagePath) { [graph] () throws(FormatError) in
            try graph.checkInput(height: height, width: width, channels: 1)
        }
        self.count = min(count ?? .max, self.images.count)
        guard self.count > 0 else {
            throw FormatError(.corrupt, path: imagePath, "There are no images in the file.")
        }
        if let labels = sample.labels { try check(labels, at: labelFile?.path ?? images) }
    }

    private static func readModel(
        _ path: String, _ bases: [String], _ limits: DecodingLimits, _ operationCount: Double?
    ) throws(FormatError) -> (
        ModelGraph, [VariableName: TensorData], RunningLimits, otherPaths: [String],
        losses: [String]
    ) {
        try FormatError.about(path) { () throws(FormatError) in
            let model = try ModelFile(path, ModelFile.Options(bases: bases, limits: limits))
            guard let graph = model.reader.manifest.graph else {
                throw FormatError(
                    .corrupt,
                    "The file holds variables, but not the network they belong to; it cannot be "
                        + "evaluated."
                        + (model.lossNotes.first.map { " " + $0 } ?? "")
                        + (model.notes.first(where: LeftOutNote.isAboutGraph).map { " " + $0 } ?? "")
                )
            }
            let running = RunningLimits(
                limits, fileByteCount: model.byteCount, reader: model.reader,
                operationCount: operationCount)
            return (
                graph, try graph.parameters(in: model.reader, budget: model.budget), running,
                model.otherPaths, model.lossNotes
            )
        }
    }

    private func check(_ labels: LabelSet, at path: String) throws(FormatError) {
        _ = try FormatError.about(path) { () throws(FormatError) in
            try LabelledImages(images: images, labels: labels)
        }
    }
}

import LTFNBytes
import LTFNCommand
import LTFNDatasets
import LTFNFiles
import LTFNFormats

/// Where the images come from.
enum DataChoice {
    /// The images of `folder`, or else of `LTFN_DATA_DIR`, or else of `./MNIST_data`, or else drawn
    /// ones.
    ///
    /// - Throws: as `Dataset(directory:)`, for a folder that was asked for.
    static func dataset(
        folder: String?, synthetic: Bool, notes: Notes
    ) throws(FormatError) -> Dataset {
        if synthetic { return try drawn() }
        if let folder { return try read(folder, notes) }
        if let folder = environmentVariable("LTFN_DATA_DIR"), !folder.isEmpty {
            return try read(folder, notes)
        }
        if Dataset.isPresent(in: "MNIST_data") { return try read("MNIST_data", notes) }
        notes.note(
            "no data were found (--data, LTFN_DATA_DIR, ./MNIST_data): training on digits drawn by "
                + "the program. tools/fetch-mnist fetches the real ones.")
        return try drawn()
    }

    private static func read(_ folder: String, _ notes: Notes) throws(FormatError) -> Dataset {
        let dataset = try Dataset(
            directory: folder, archives: ArrayArchives(read: ByteArrays.read))
        for remark in dataset.remarks { notes.warn(TerminalText.escaped(remark)) }
        return dataset
    }

    private static func drawn() throws(FormatError) -> Dataset {
        let count = SyntheticDigits.trainingCount + SyntheticDigits.testCount
        try AvailableMemory.expect(count * 28 * 28)
        return Dataset(synthetic: SyntheticDigits())
    }
}

extension DatasetPart {
    /// Where `--save-data` puts this part.
    func savedPath(in folder: String) -> String { folder + "/" + fileNames[0] }
}

extension Dataset {
    /// Writes the four IDX files under MNIST's own names, to a folder that is made when it is not
    /// there.
    ///
    /// - Throws: `io`.
    func write(to folder: String) throws(FormatError) {
        try Directory.create(folder)
        let contents: [(DatasetPart, [UInt8])] = [
            (.trainingImages, training.images.idx), (.trainingLabels, training.labels.idx),
            (.testImages, test.images.idx), (.testLabels, test.labels.idx),
        ]
        for (part, bytes) in contents {
            let path = part.savedPath(in: folder)
            try DurableFileWriter.expectFile(at: path)
            let writer = try DurableFileWriter(path: path)
            try writer.write(bytes)
            try writer.commit()
        }
    }

    /// `MNIST training images (SHA-256 ba891046…), 60000 of 28×28, from /data/mnist`
    func describe(_ part: DatasetPart) -> String {
        let set = part == .trainingImages || part == .trainingLabels ? training : test
        let size = part.content == .images ? " of \(set.images.height)×\(set.images.width)" : ""
        var text = "\(part.rawValue): "
        if let identity = files[part]?.identity { text += identity.description }
        text += ", \(set.count)\(size)"
        if let place = files[part]?.place { text += ", \(TerminalText.escaped(place))" }
        return text
    }
}

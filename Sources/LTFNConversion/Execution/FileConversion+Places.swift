import LTFNBytes
import LTFNCheckpoint
import LTFNFiles
import LTFNInterchange

// Where the output goes, and in which files.
extension FileConversion {
    /// - Throws: what opening the model throws.
    static func insertion(
        into model: String, _ manifest: Manifest, _ limits: DecodingLimits
    ) throws(FormatError) -> (format: any CheckpointFormat, parts: [String]) {
        try FormatError.about(model) { () throws(FormatError) in
            let files = try DiskFileSet(path: model)
            let format = try ONNXInsertion(into: files, writing: manifest, limits: limits)
            return (format, format.otherFiles.map(files.path))
        }
    }

    /// The format as it is to be written, and the main file.
    static func sharded(
        _ format: any CheckpointFormat, _ request: Request, _ manifest: Manifest
    ) throws(FormatError) -> (any CheckpointFormat, String) {
        if var set = format as? any SetFormat {
            set.shardByteCount = request.shardByteCount ?? set.shardByteCount
            if var own = set as? ShardedSafetensorsFormat {
                own.alignment = request.alignment ?? own.alignment
                set = own
            }
            return (set, try indexPath(request.output, set))
        }
        if request.shardByteCount == nil, request.alignment == nil {
            return (format, request.output)
        }
        guard var file = format as? SafetensorsFormat else {
            throw FormatError(
                .unsupportedFeature, path: request.output,
                "Only safetensors are aligned, and written in several files, not "
                    + "\(format.traits.name).")
        }
        let total = manifest.variables.reduce(0) {
            CheckedSize.total($0, UInt64($1.tensor.byteCount))
        }
        file.alignment = request.alignment ?? file.alignment
        guard let byteCount = request.shardByteCount, total > byteCount else {
            return (file, request.output)
        }
        let set = ShardedSafetensorsFormat(shardByteCount: byteCount, alignment: file.alignment)
        return (set, try indexPath(request.output, set))
    }

    /// The path of the index of a set that is to be called `path`.
    ///
    /// - Throws: `unsupportedFeature` where several files have no place.
    static func indexPath(
        _ path: String, _ format: any SetFormat
    ) throws(FormatError) -> String {
        guard try DurableFileWriter.makesFile(at: path) else {
            throw FormatError(
                .unsupportedFeature, path: path,
                "A set is several files, which have no place in a stream or a device.")
        }
        let name = DurableFileSetWriter.name(of: path)
        return DurableFileSetWriter.path(of: format.index(writing: name), beside: path)
    }

    /// The paths of what is written beside the main file.
    static func otherOutputs(
        of plan: ConversionPlan, _ format: any CheckpointFormat, at output: String
    ) -> [String] {
        guard let manifest = plan.target else { return [] }
        let name = DurableFileSetWriter.name(of: output)
        return format.otherFiles(writing: manifest, as: name).map {
            DurableFileSetWriter.path(of: $0, beside: output)
        }
    }

    /// The parts of the set whose index is replaced, as that names them, without those that are
    /// written anew and without the input.
    static func retiredParts(
        of format: any CheckpointFormat, at output: String, _ others: [String],
        _ request: Request, _ limits: DecodingLimits
    ) -> [String] {
        guard request.replacesOutput, let format = format as? any SetFormat,
            let index = try? FileSource(path: output)
        else { return [] }
        let parts = format.ownParts(
            ofIndex: index, named: DurableFileSetWriter.name(of: output), limits: limits)
        let input = FileIdentity(path: request.input)
        return parts.filter { name in
            let path = DurableFileSetWriter.path(of: name, beside: output)
            return FileIdentity.isPresent(path) && !others.contains(path)
                && (input == nil || FileIdentity(path: path) != input)
        }
    }

    static func exists(_ output: String) -> Bool {
        do throws(FormatError) {
            try DurableFileWriter.check(path: output, replacingExisting: false)
            return false
        } catch {
            return error.isAboutExistingFile
        }
    }
}

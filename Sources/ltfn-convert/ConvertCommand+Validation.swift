import ArgumentParser
import LTFNBytes
import LTFNCheckpoint
import LTFNCommand
import LTFNConversion
import LTFNFiles
import LTFNFormat
import LTFNFormats

// What a command line must be like.
extension ConvertCommand {
    func validate() throws {
        if listFormats { return }
        guard input != nil else {
            throw ValidationError("The checkpoint to convert is missing: \(Self.name) IN -o OUT.")
        }
        guard let output else {
            throw ValidationError("The output is missing: \(Self.name) IN -o OUT.")
        }
        guard !output.isEmpty else {
            throw ValidationError("--output takes the name of a file, or - for standard output.")
        }
        for name in [from, to].compactMap({ $0 })
        where FormatRegistry.standard.format(named: name) == nil {
            let names = FormatRegistry.standard.formats.map(\.traits.name)
            let meant = Spelling.suggestion(
                for: name, among: names,
                meanings: Self.otherNames)
            throw ValidationError(
                "There is no format called \(name)\(Spelling.question(meant, else: ";")) "
                    + "--list-formats lists the formats.")
        }
        if to == nil, into == nil, FormatRegistry.standard.format(forPath: output) == nil {
            throw ValidationError(
                "The format of the output \(output) is unknown; give it with --to (--list-formats "
                    + "lists them).")
        }
        try validateTarget()
    }

    /// What formats are called elsewhere, without hyphens.
    private static let otherNames = [
        "numpy": "npz", "np": "npz", "st": "safetensors", "native": "ltfn", "torch": "pytorch",
        "pt": "pytorch", "pth": "pytorch", "h5": "hdf5", "tf": "tensorflow", "lite": "tflite",
        "msgpack": "flax",
    ]

    /// Where the output goes, as the operating system calls it.
    var outputPath: String { output == "-" ? "/dev/stdout" : output ?? "" }

    private func validateTarget() throws {
        let registry = FormatRegistry.standard
        let target =
            (into == nil ? to : "onnx").flatMap(registry.format(named:))
            ?? output.flatMap(registry.format(forPath:))
        if verify == .forward, Output.isStandard(path: outputPath) {
            throw ValidationError(
                "--verify forward reads the output again, and standard output cannot be; expected the "
                    + "name of a file after -o.")
        }
        if into == "" { throw ValidationError("--into takes the name of an ONNX model.") }
        if into != nil, let to, to.lowercased() != "onnx" {
            throw ValidationError("--into writes onnx, not \(to); expected one of the two.")
        }
        if shardSize != nil, let target, !target.traits.isSet,
            target.traits.name != "safetensors"
        {
            throw ValidationError(
                "--shard-size is for safetensors and tensorflow; \(target.traits.name) is kept in "
                    + "one file.")
        }
        if let alignment {
            guard alignment >= 8, alignment <= 65536, alignment.nonzeroBitCount == 1 else {
                throw ValidationError(
                    "--align takes a power of two from 8 to 65536, found \(alignment).")
            }
            if let target, !target.traits.name.hasPrefix("safetensors") {
                throw ValidationError(
                    "--align is for safetensors alone; the output is \(target.traits.name).")
            }
        }
        if let relativeTo {
            guard !relativeTo.isEmpty else {
                throw ValidationError("--relative-to takes the name of a file.")
            }
            guard target is NativeFormat else {
                throw ValidationError("--relative-to needs an .ltfn output.")
            }
        }
    }

    /// Makes sure that no output spoils what is read; a file may only be replaced by its own
    /// conversion.
    ///
    /// - Parameter conversion: tells of the other files of sets, when it is known.
    func expectDistinctFiles(_ conversion: FileConversion? = nil) throws {
        let input = [FileRoles.File("the input", input ?? "")]
        let kept =
            base.files + (relativeTo.map { [FileRoles.File("a base", $0)] } ?? [])
            + (into.map { [FileRoles.File("the model", $0)] } ?? []) + changing.files
        let members =
            (conversion?.otherInputs ?? []).map { FileRoles.File("a part of the input", $0) }
            + (conversion?.modelParts ?? []).map { FileRoles.File("a part of the model", $0) }
        let parts = (conversion?.otherOutputs ?? []).map {
            FileRoles.File("a part of the output", $0)
        }
        let output = [FileRoles.File("the output", conversion?.output ?? outputPath)]
        try FileRoles(
            inputs: kept + members, replaceable: input, outputs: output + parts + json.files
        ).expectDistinct()
    }

    /// Makes sure that input and output are not the wrong way round.
    func expectInOrder() throws(CommandFailure) {
        guard let input, let output, !FileIdentity.isPresent(input), !json.force,
            CheckpointNames.isCheckpoint(fileAt: output)
        else { return }
        throw CommandFailure(
            .inputNotOpened,
            "The input \(input) does not exist, but the output \(output) does. Put the input before -o "
                + "and the output after it.")
    }
}

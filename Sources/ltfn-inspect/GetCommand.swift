import ArgumentParser
import LTFNBytes
import LTFNCheckpoint
import LTFNCommand
import LTFNFormats
import LTFNInspection

/// `ltfn-inspect get FILE VARIABLE[SLICE]`
struct GetCommand: CommandWithExamples {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Gets the values of a variable, or a slice of them.",
        usage: "ltfn-inspect get <file> <variable>[<slice>] [-o <out>] [<options>]",
        discussion: """
            A slice is written as in NumPy: numbers, from the end when they are negative, ranges with \
            or without a step of 1 or more, and \"...\", in brackets and quoted for the shell. Only what \
            it takes is read. Values are printed so that they read back as the same numbers.

            Text has a line for each row of the last axis, and a comment (#) above each matrix where \
            there are several; csv the same with commas, or a line for each element of a vector; json \
            nested arrays; npy the array as NumPy has it (bfloat16 and narrower floats as float32, which \
            holds them exactly). png draws a kernel's filters as a sheet of images: zero is gray, what \
            is not finite is red.
            """)

    static let examples = [
        Example(
            "ltfn-inspect get model.ltfn 'layer1_weights[:, :, 0, 3]'",
            "The fourth filter of a layer"),
        Example("ltfn-inspect get model.safetensors 'bias[-5:]' --to csv", "The last five values"),
        Example("ltfn-inspect get model.onnx conv1.weight -o filters.png", "Filters as images"),
        Example(
            "ltfn-inspect get model.gguf 'output_norm.weight[::2]' -o x.npy", "An array for NumPy"),
    ]

    @Argument(
        help: "The model, in any format that can be read.",
        completion: .file(extensions: CheckpointNames.fileExtensions))
    var file: String

    @Argument(
        help: ArgumentHelp(
            "The name of the variable, and which of its elements: 'weights[0, :, 3]'. May be left out "
                + "where the file has one variable.",
            valueName: "variable"),
        completion: .variableNames)
    var variable: String = ""

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Where the values go, in the form that the name ends with: npy, csv, json, png. "
                + "(default: standard output)",
            valueName: "out"),
        completion: .file(extensions: ValueForm.allCases.map(\.rawValue)))
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Write this form, whatever the output is called: text, csv, json, npy or png.",
            valueName: "form"))
    var to: ValueForm?

    @OptionGroup var base: BaseOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var expansion: ExpansionOptions
    @OptionGroup var json: JSONOptions
    @OptionGroup var display: DisplayOptions

    func validate() throws {
        if output == "" {
            throw ValidationError("--output takes the name of a file, or - for standard output.")
        }
        guard to == nil, let output, output != "-", ValueForm(path: output) == nil else { return }
        throw ValidationError(
            "The name \(output) tells of no form; expected one that ends with .npy, .csv, .json or "
                + ".png, or --to with one of these.")
    }

    func run() throws {
        let watcher = SignalWatcher(quitsAtFirst: true)
        defer { withExtendedLifetime(watcher) {} }
        let target = ValueTarget(output: output, form: to, json: json)
        let outputs = target.files + json.files
        try FileRoles(
            inputs: [FileRoles.File("the model", file)] + base.files, outputs: outputs
        ).expectDistinct()
        try json.check()
        let model = try open(file, base, reading, expansion, display, outputs: outputs)
        let values = try values(in: model)
        let origin = ElementOrigin(
            file: file, variable: values.name,
            slice: values.slice.items.isEmpty ? nil : values.slice)
        let printer = ValuePrinter(origin: origin, layout: layout(of: model), display: display)
        try FormatError.about(file) { () throws(FormatError) in
            try printer.write(values.elements, to: target, replacingExisting: json.force)
            guard let path = json.path else { return }
            try printer.write(
                values.elements, to: ValueTarget(path: path, form: .json),
                replacingExisting: json.force, isAnnounced: false)
        }
    }

    private func values(
        in model: ModelFile
    ) throws -> (name: VariableName, slice: TensorSlice, elements: SlicedValues) {
        let reader = model.reader
        let found: (index: Int, slice: TensorSlice)
        do throws(FormatError) {
            found = try reader.manifest.find(variable)
            let shape = reader.manifest.variables[found.index].tensor.shape
            _ = try SliceRegion(found.slice, of: shape)
        } catch {
            // What is asked for is not there: the file is as it should be.
            throw CommandFailure(.usage, TerminalText.escaped("\(file): \(error.message)"))
        }
        let values = try FormatError.about(file) { () throws(FormatError) in
            try SlicedValues(found.slice, of: found.index, in: reader, budget: model.budget)
        }
        return (reader.manifest.variables[found.index].name, found.slice, values)
    }

    /// The order of the axes of kernels, where anything says it.
    private func layout(of model: ModelFile) -> KernelLayout {
        let recorded = try? model.reader.manifest.recordedKernelLayout()
        return recorded ?? model.format.traits.kernelLayout ?? .tensorflow
    }
}

extension FormatError {
    /// What helps against an error. A program that has options, or buttons, for these says which.
    public enum Remedy: Hashable, Sendable {
        /// To let more be made out of a file: `DecodingLimits.expandedByteCount`.
        case raiseExpansionLimit
        /// To let a network take more operations for one image.
        case raiseOperationLimit
        /// To take fewer images of a file.
        case takeFewerImages
        /// To give the file that the values are stored relative to.
        case giveBase
        /// To read the last whole state of a file whose end is missing or damaged, if there is one.
        case recover
        /// To say in which format a file is read.
        case nameSourceFormat
        /// To say in which format a file is written.
        case nameTargetFormat
        /// To call the output otherwise, or to say in which format it is written.
        case renameOutput(ending: String, format: String)
        /// To look which formats there are.
        case listFormats
        /// To leave out parts that cannot be read, or to choose variables that can.
        case skipUnreadable(count: Int)
        /// To choose variables by their names.
        case chooseVariables
        /// To choose other variables, or another format.
        case chooseOthers
        /// To let values become infinite that are beyond the range of their new dtype.
        case allowOverflow
        /// To say which of the arrays of a file is read, counted from 0.
        case chooseArray(count: Int)
        /// To take the last of several members of one name.
        case takeLastDuplicate
        /// To let a file be replaced.
        case replaceOutput
        /// To let something be lost: the kind of loss by its name.
        case allowLoss(String)
        /// To look into the list of all losses, each with its reason.
        case listLosses
        /// To say what opaque bits are: the names of dtypes.
        case retype(String, to: [String])
        /// To turn blocks of quantized values into numbers.
        case dequantize
        /// To say which dense kernels take a flattened feature map, or that none does.
        case nameFlattens
        /// To say in which layout the kernels of the source are, beside the wanted one.
        case nameSourceLayout
        /// To say nothing of what variables are, because the file does.
        case leaveOutKernelRules
        /// To give the data that a network was trained with.
        case giveData
    }
}

extension FormatError.Remedy: CustomStringConvertible {
    /// One sentence that knows of no program.
    public var description: String {
        switch self {
        case .raiseExpansionLimit: "A higher limit on what a file may ask for allows more."
        case .raiseOperationLimit: "A higher limit on operations allows more."
        case .takeFewerImages: "Fewer images take less."
        case .giveBase: "Give it as a base file."
        case .recover: "If an earlier state of it is whole, that can be recovered."
        case .nameSourceFormat: "Name the one to read."
        case .nameTargetFormat: "Name the one to write."
        case .renameOutput(let ending, let format):
            "Name the output .\(ending), or say that it is \(format)."
        case .listFormats: "The registry of formats lists those that can."
        case .skipUnreadable(let count):
            "Skip \(count == 1 ? "it" : "them"), or choose the variables to read."
        case .chooseVariables: "Choose variables by their names."
        case .chooseOthers: "Choose other variables, or another format."
        case .allowOverflow: "Allow such values to become infinite."
        case .chooseArray(let count): "Choose one by its number, 0 to \(count - 1)."
        case .takeLastDuplicate: "The last can be taken, as NumPy does."
        case .replaceOutput: "Allow it to be replaced, or choose another name."
        case .allowLoss(let subject): "Allow the loss \"\(subject)\" to go on."
        case .listLosses: "The list of losses has the reason for each."
        case .retype(let bits, let dtypes):
            "If you know them, retype \(bits) as \(Self.choice(dtypes))."
        case .dequantize: "Turn blocks into numbers."
        case .nameFlattens: "Name the dense kernels that follow a flatten, or say that none does."
        case .nameSourceLayout: "Name the layout of the input."
        case .leaveOutKernelRules: "Leave out what was said of them."
        case .giveData: "Give the data of the run so far."
        }
    }

    /// `a, b or c`
    public static func choice(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " or " + last
    }
}

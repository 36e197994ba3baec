import LTFNBytes

extension FormatError.Remedy {
    /// One sentence in the options of the commands.
    public var inOptions: String {
        switch self {
        case .raiseExpansionLimit: "--max-expanded SIZE allows more."
        case .raiseOperationLimit: "--max-operations COUNT allows more."
        case .takeFewerImages: "--count takes fewer."
        case .giveBase: "Give it with --base FILE."
        case .recover: "ltfn-convert --recover reads an earlier state of it, if one is whole."
        case .nameSourceFormat: "Say which one to read with --from."
        case .nameTargetFormat: "Say which one with --to."
        case .renameOutput(let ending, let format):
            "Name the output .\(ending), or give --to \(format)."
        case .listFormats: "ltfn-convert --list-formats lists the formats."
        case .skipUnreadable(let count):
            "Leave \(count == 1 ? "it" : "them") out with --skip-unreadable, or read other variables "
                + "with --variable PATTERN."
        case .chooseVariables: "Choose variables with --variable PATTERN."
        case .chooseOthers: "Choose other variables with --variable PATTERN, or another format."
        case .allowOverflow: "Let such values become infinite with --allow-overflow."
        case .chooseArray(let count): "Say which one with --index 0 to \(count - 1)."
        case .takeLastDuplicate: "--duplicates last takes the last, as NumPy does."
        case .replaceOutput: "Replace it with --force."
        case .allowLoss(let subject): "Allow it with --allow-loss \(subject)."
        case .listLosses: "--json tells each reason."
        case .retype(let bits, let dtypes):
            "If you know them, say so with --retype \(bits)=\(Self.choice(dtypes))."
        case .dequantize: "ltfn-convert turns blocks into float32 with --dequantize."
        case .nameFlattens:
            "Say which dense kernels follow a flatten, with --flatten 7x7x128@fc.weight, or that none "
                + "does, with --flatten none."
        case .nameSourceLayout: "Give it: --layout FROM:TO, as in pytorch:tensorflow."
        case .leaveOutKernelRules: "Leave out --flatten and --no-kernel."
        case .giveData: "Name their folder with --data, or draw them with --synthetic."
        }
    }
}

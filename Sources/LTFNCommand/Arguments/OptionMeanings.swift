/// What options and subcommands are called elsewhere, without hyphens, and what they are called
/// here.
enum OptionMeanings {
    static let options: [String: String] = [
        // Training.
        "lr": "learning-rate", "rate": "learning-rate", "alpha": "learning-rate",
        "eta": "learning-rate", "stepsize": "learning-rate", "baselr": "learning-rate",
        "batch": "batch-size", "bs": "batch-size", "minibatch": "batch-size",
        "minibatchsize": "batch-size", "trainbatchsize": "batch-size",
        "epochs": "steps", "epoch": "steps", "iterations": "steps", "iters": "steps",
        "numsteps": "steps", "maxsteps": "steps", "trainsteps": "steps", "maxiter": "steps",
        "numepochs": "steps", "updates": "steps",
        "opt": "optimizer", "optim": "optimizer", "solver": "optimizer", "momentum": "optimizer",
        "adam": "optimizer", "sgd": "optimizer", "weightdecay": "optimizer", "wd": "optimizer",
        "lrschedule": "schedule", "scheduler": "schedule", "lrscheduler": "schedule",
        "decay": "schedule", "lrdecay": "schedule", "cosine": "schedule",
        "warmupsteps": "warm-up", "initializer": "init", "initialization": "init",
        "initialisation": "init", "initialiser": "init", "weightinit": "init",
        "kernelinitializer": "init", "randomseed": "seed", "rngseed": "seed", "rng": "seed",
        "arch": "model", "architecture": "model", "network": "model", "net": "model",
        "dataset": "data", "datadir": "data", "dataroot": "data", "datapath": "data",
        "mnist": "data", "trainingdata": "data", "fake": "synthetic", "fakedata": "synthetic",
        "saveevery": "checkpoint-every", "savesteps": "checkpoint-every",
        "savefreq": "checkpoint-every", "checkpointinterval": "checkpoint-every",
        "checkpoints": "checkpoint-every", "savetotallimit": "keep", "maxtokeep": "keep",
        "continue": "resume", "restore": "resume", "load": "resume", "from": "resume",
        "ckpt": "resume", "evalevery": "validate-every", "valevery": "validate-every",
        "evalsteps": "validate-every", "validation": "validate-every", "random": "shuffle",
        // Files.
        "out": "output", "outfile": "output", "outputfile": "output", "o": "output",
        "savepath": "output", "dest": "output", "destination": "output", "overwrite": "force",
        "yes": "force", "replace": "force", "clobber": "force", "relative": "relative-to",
        "delta": "relative-to", "reference": "base", "parent": "base",
        "outputformat": "to", "targetformat": "to", "format": "to", "totype": "to",
        "inputformat": "from", "sourceformat": "from", "fromformat": "from",
        "lossy": "allow-loss", "allowlossy": "allow-loss", "drop": "allow-loss",
        "cast": "retype", "dtype": "retype", "astype": "retype", "view": "retype",
        "plan": "dry-run", "simulate": "dry-run", "check": "dry-run", "whatif": "dry-run",
        "repair": "recover", "salvage": "recover", "fix": "recover",
        "skipverify": "verify", "noverification": "verify", "nocheck": "verify",
        "noverify": "verify",
        "formats": "list-formats",
        // Looking.
        "name": "variable", "names": "variable", "var": "variable", "tensor": "variable",
        "layer": "variable", "match": "variable", "include": "variable", "pattern": "variable",
        "nostatistics": "no-stats", "brief": "no-stats", "short": "no-stats", "fast": "no-stats",
        "sharedaxes": "shared-axis", "sameaxis": "shared-axis", "sharex": "shared-axis",
        "limit": "count", "num": "count", "n": "count", "numimages": "count",
        "samples": "count", "maximages": "count", "first": "count",
        "threshold": "min-accuracy", "minacc": "min-accuracy", "accuracy": "min-accuracy",
        "failunder": "min-accuracy", "preds": "predictions", "csv": "predictions",
        "savepredictions": "predictions", "only": "filter", "select": "filter",
        "benchmark": "filter", "case": "filter", "repeat": "runs", "repetitions": "runs",
        "repeats": "runs", "python": "peers", "md": "markdown",
        // All.
        "jobs": "threads", "j": "threads", "workers": "threads", "numworkers": "threads",
        "cpus": "threads", "cores": "threads", "numthreads": "threads", "nthreads": "threads",
        "silent": "quiet", "noprogress": "quiet", "nocolor": "color", "colour": "color",
        "nocolour": "color", "usage": "help", "memory": "max-expanded",
        "maxmemory": "max-expanded", "maxsize": "max-expanded", "flops": "max-operations",
        "maxflops": "max-operations", "asjson": "json", "outputjson": "json",
    ]

    /// Why nothing is called as an option that other programs have; nil: no more is known of it.
    static func absence(of word: String) -> String? {
        absences[word.lowercased().filter { $0 != "-" && $0 != "_" }]
    }

    private static let absences: [String: String] = [
        "gpu": cpuOnly, "gpus": cpuOnly, "cuda": cpuOnly, "device": cpuOnly, "usegpu": cpuOnly,
        "accelerator": cpuOnly, "mps": cpuOnly, "usecuda": cpuOnly, "nocuda": cpuOnly,
        "verbose": talkative, "verbosity": talkative, "debug": talkative,
        "v": "--version tells the version, and progress is shown without asking",
        "listformats": "ltfn-convert --list-formats lists them",
    ]
    private static let cpuOnly = "all work is done on the CPU"
    private static let talkative = "progress is shown without asking, and --quiet hides it"

    static let subcommands: [String: String] = [
        "check": "verify", "validate": "verify", "test": "verify", "fsck": "verify",
        "checksum": "verify", "list": "show", "ls": "show", "info": "show", "print": "show",
        "dump": "show", "cat": "show", "view": "show", "stats": "show", "statistics": "show",
        "summary": "show", "describe": "show", "inspect": "show", "variables": "show",
        "acts": "activations", "run": "activations", "layers": "activations",
        "forward": "activations", "histograms": "activations", "compare": "diff",
        "difference": "diff", "extract": "get", "export": "get", "html": "report",
    ]
}

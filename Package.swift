// swift-tools-version: 6.2
import PackageDescription

// LTFN_WARNINGS=error makes every warning an error; users of the package are not held to it.
let strict = Context.environment["LTFN_WARNINGS"] == "error"

let swiftSettings: [SwiftSetting] =
    [
        .strictMemorySafety(),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableExperimentalFeature("Lifetimes"),
    ] + (strict ? [.treatAllWarnings(as: .error)] : [])

func target(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func command(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name,
        dependencies: dependencies + [
            "LTFNCommand", .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ],
        swiftSettings: swiftSettings)
}

// Tests that run programs and read files are compiled for one run: optimizing them would take longer than it saves.
func tests(
    _ name: String, _ dependencies: [Target.Dependency], isOptimized: Bool = true
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies,
        swiftSettings: swiftSettings + (isOptimized ? [] : [.unsafeFlags(["-Onone"])]))
}

// Built by tools/fuzz alone: libFuzzer brings the main function.
let fuzzing: [Target] =
    Context.environment["LTFN_FUZZ"] == "1"
    ? [
        .executableTarget(
            name: "FuzzTarget", dependencies: ["FuzzSupport"], path: "Tests/FuzzTarget",
            swiftSettings: swiftSettings + [.unsafeFlags(["-parse-as-library"])])
    ] : []

let package = Package(
    name: "ltfn",
    platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .visionOS(.v2)],
    products: [
        .library(name: "LTFN", targets: ["LTFN"]),
        .executable(name: "ltfn-train", targets: ["ltfn-train"]),
        .executable(name: "ltfn-inspect", targets: ["ltfn-inspect"]),
        .executable(name: "ltfn-eval", targets: ["ltfn-eval"]),
        .executable(name: "ltfn-convert", targets: ["ltfn-convert"]),
        .executable(name: "ltfn-bench", targets: ["ltfn-bench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.6.0")
    ],
    targets: [
        // C
        .systemLibrary(
            name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .systemLibrary(name: "CSystem"),
        .target(
            name: "CKernels",
            cSettings: strict
                ? [
                    .enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error),
                ] : []),

        // 0 bytes
        target("LTFNParallel", []),
        target("LTFNBytes", ["CZlib", "CSystem", "CKernels"]),
        target("LTFNFiles", ["LTFNBytes", "CSystem"]),

        // 1 vocabulary
        target("LTFNCheckpoint", ["LTFNBytes"]),

        // 2 tools
        target("LTFNInitializers", ["LTFNCheckpoint", "LTFNBytes", "CKernels"]),
        target("LTFNKernels", ["LTFNBytes", "LTFNParallel", "CKernels"]),
        target("LTFNDatasets", ["LTFNBytes", "LTFNFiles"]),

        // 3 domain
        // The kernels of planes and residuals know dtypes, so their bridge is here, not in LTFNBytes.
        target(
            "LTFNFormat",
            [
                "LTFNCheckpoint", "LTFNInitializers", "LTFNBytes", "LTFNFiles", "LTFNParallel",
                "CKernels",
            ]),
        target("LTFNInterchange", ["LTFNCheckpoint", "LTFNBytes"]),
        target("LTFNInference", ["LTFNCheckpoint", "LTFNBytes", "LTFNKernels", "LTFNParallel"]),

        target(
            "LTFNFormats",
            ["LTFNCheckpoint", "LTFNBytes", "LTFNFiles", "LTFNFormat", "LTFNInterchange"]),

        // 4 services
        target(
            "LTFNConversion",
            [
                "LTFNCheckpoint", "LTFNBytes", "LTFNFiles", "LTFNFormat", "LTFNFormats",
                "LTFNInference", "LTFNInitializers", "LTFNInterchange", "LTFNParallel",
            ]),
        target(
            "LTFNTraining",
            [
                "LTFNCheckpoint", "LTFNBytes", "LTFNInitializers", "LTFNInference", "LTFNKernels",
                "LTFNDatasets", "LTFNFiles", "LTFNParallel", "LTFNFormats",
            ]),
        target(
            "LTFNInspection",
            [
                "LTFNCheckpoint", "LTFNBytes", "LTFNInitializers", "LTFNInference",
                "LTFNKernels",
            ]),

        // 5 the library's face, for users
        target(
            "LTFN",
            [
                "LTFNConversion", "LTFNTraining", "LTFNInference", "LTFNFormats", "LTFNFormat",
                "LTFNInitializers", "LTFNKernels", "LTFNDatasets", "LTFNCheckpoint", "LTFNBytes",
                "LTFNFiles", "LTFNParallel",
            ]),

        // 5 commands
        .target(
            name: "LTFNCommand",
            dependencies: [
                "LTFNCheckpoint", "LTFNBytes", "LTFNFiles",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swiftSettings),
        command(
            "ltfn-train",
            [
                "LTFNFormats", "LTFNTraining", "LTFNFormat", "LTFNDatasets", "LTFNKernels",
                "LTFNCheckpoint", "LTFNBytes", "LTFNFiles", "LTFNParallel",
            ]),
        command(
            "ltfn-inspect",
            [
                "LTFNConversion", "LTFNFormats", "LTFNInspection", "LTFNInference", "LTFNFormat",
                "LTFNDatasets", "LTFNKernels", "LTFNCheckpoint", "LTFNBytes", "LTFNFiles",
                "LTFNParallel",
            ]),
        command(
            "ltfn-eval",
            [
                "LTFNFormats", "LTFNInference", "LTFNFormat", "LTFNDatasets", "LTFNKernels",
                "LTFNCheckpoint",
                "LTFNBytes", "LTFNParallel",
            ]),
        command(
            "ltfn-convert",
            [
                "LTFNConversion", "LTFNFormats", "LTFNFormat", "LTFNKernels", "LTFNCheckpoint",
                "LTFNBytes", "LTFNFiles",
            ]),
        command(
            "ltfn-bench",
            [
                "LTFNTraining", "LTFNInference", "LTFNInterchange", "LTFNFormat",
                "LTFNInitializers", "LTFNKernels", "LTFNCheckpoint", "LTFNBytes", "LTFNFiles",
                "LTFNParallel",
            ]),

        // tests, one a target
        .target(
            name: "TestSupport", dependencies: ["LTFNBytes"], path: "Tests/TestSupport",
            swiftSettings: swiftSettings),
        // No test depends on the probe: its malloc would become that of the tests. It is built with them.
        .target(name: "AllocationCount", path: "Tests/AllocationCount"),
        .executableTarget(
            name: "AllocationProbe",
            dependencies: [
                "AllocationCount", "LTFNTraining", "LTFNInference", "LTFNKernels", "LTFNCheckpoint",
                "LTFNParallel",
            ], path: "Tests/AllocationProbe", swiftSettings: swiftSettings),
        .target(
            name: "FuzzSupport",
            dependencies: [
                "LTFNFormats", "LTFNFormat", "LTFNInspection", "LTFNInference", "LTFNInitializers",
                "LTFNCheckpoint", "LTFNBytes",
            ],
            path: "Tests/FuzzSupport", swiftSettings: swiftSettings),
        .executableTarget(
            name: "Probe",
            dependencies: [
                "FuzzSupport", "LTFNFormat", "LTFNInitializers", "LTFNCheckpoint", "LTFNBytes",
                "LTFNFiles",
            ],
            path: "Tests/Probe", swiftSettings: swiftSettings),
        // What the documentation shows.
        .target(
            name: "Examples", dependencies: ["LTFN"], path: "Tests/Examples",
            swiftSettings: swiftSettings),
        tests("LTFNTests", ["TestSupport", "LTFN", "Examples"], isOptimized: false),
        tests("LTFNBytesTests", ["TestSupport", "LTFNBytes", "LTFNParallel"]),
        tests(
            "LTFNFilesTests", ["TestSupport", "Probe", "LTFNFiles", "LTFNBytes"],
            isOptimized: false),
        tests("LTFNCheckpointTests", ["LTFNCheckpoint", "LTFNBytes"], isOptimized: false),
        tests(
            "LTFNInitializersTests",
            ["TestSupport", "LTFNInitializers", "LTFNCheckpoint", "LTFNBytes"]),
        tests("LTFNKernelsTests", ["LTFNKernels", "LTFNBytes", "LTFNParallel"]),
        tests(
            "LTFNDatasetsTests", ["TestSupport", "LTFNDatasets", "LTFNBytes"],
            isOptimized: false),
        tests(
            "LTFNFormatTests",
            [
                "TestSupport", "FuzzSupport", "Probe", "LTFNFormat", "LTFNInitializers",
                "LTFNCheckpoint", "LTFNBytes", "LTFNFiles",
            ]),
        tests(
            "LTFNConversionTests",
            [
                "TestSupport", "FuzzSupport", "LTFNConversion", "LTFNFormats",
                "LTFNInterchange", "LTFNFormat", "LTFNInference", "LTFNParallel", "LTFNTraining",
                "LTFNInitializers", "LTFNCheckpoint", "LTFNBytes", "LTFNFiles", "ltfn-convert",
                "Examples",
            ], isOptimized: false),
        tests(
            "LTFNTrainingTests",
            [
                "TestSupport", "LTFNTraining", "LTFNInference", "LTFNKernels", "LTFNDatasets",
                "LTFNInitializers", "LTFNFormat", "LTFNCheckpoint", "LTFNBytes", "LTFNFiles",
                "LTFNParallel",
            ], isOptimized: false),
        tests(
            "LTFNInspectionTests",
            [
                "LTFNInspection", "LTFNInference", "LTFNInitializers", "LTFNFormat", "LTFNDatasets",
                "LTFNCheckpoint", "LTFNBytes", "LTFNParallel",
            ], isOptimized: false),
        tests(
            "CommandTests",
            [
                "TestSupport", "LTFNCommand", "FuzzSupport", "Probe", "LTFNFormats",
                "LTFNFormat", "LTFNDatasets",
                "LTFNCheckpoint", "LTFNBytes", "LTFNFiles", "ltfn-bench", "ltfn-convert",
                "ltfn-eval",
                "ltfn-inspect",
                "ltfn-train",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], isOptimized: false),
    ] + fuzzing,
    swiftLanguageModes: [.v6]
)

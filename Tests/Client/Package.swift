// swift-tools-version: 6.2
import PackageDescription

// A package of somebody else's, with one dependency and one import: tools/check-client builds and
// runs it.
let package = Package(
    name: "client",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "ltfn", path: "../..")],
    targets: [
        .executableTarget(
            name: "client", dependencies: [.product(name: "LTFN", package: "ltfn")],
            path: "Sources")
    ]
)

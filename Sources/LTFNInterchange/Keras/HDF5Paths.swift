import LTFNBytes
import LTFNCheckpoint

/// By which paths variables are found in a file that is written.
///
/// The weights of a network are where Keras looks for them: `layers/conv2d/vars/0`. All other
/// variables have their names as paths, spelled otherwise where HDF5 has no such path.
struct HDF5Paths {
    /// For every variable of the manifest.
    private(set) var paths: [String] = []
    /// Whether the weights of the network are where Keras looks for them.
    private(set) var isKeras = false
    /// The variables whose paths are not their names.
    private(set) var renamed: [(path: String, name: String)] = []

    /// The attribute that says how data sets are called that have other paths.
    static let attribute = "ltfn.names"

    /// The most bytes of an attribute's name: a message of an object header holds it.
    static let longestAttribute = 60_000
    /// How many attributes an object may have.
    static let attributeLimit = 65_000

    /// Whether a string of the metadata can be an attribute called `key`.
    static func isAttribute(_ key: String) -> Bool {
        (1...longestAttribute).contains(key.utf8.count) && !key.utf8.contains(0)
            && key != attribute
    }

    private var taken: Set<ByteString> = []
    private var groups: Set<ByteString> = []

    init(_ manifest: Manifest) {
        let layers = manifest.metadata[Self.attribute] == nil ? Self.kerasPaths(manifest) : [:]
        isKeras = !layers.isEmpty
        var paths = [String](repeating: "", count: manifest.variables.count)
        // Where Keras looks is fixed.
        for (index, variable) in manifest.variables.enumerated() {
            guard let path = layers[variable.name] else { continue }
            take(path)
            paths[index] = path
        }
        // The names that are paths come before those that have to be spelled.
        for isPlain in [true, false] {
            for (index, variable) in manifest.variables.enumerated()
            where paths[index].isEmpty && Self.isPath(variable.name.string) == isPlain {
                paths[index] = free(
                    isPlain ? variable.name.string : Self.spelled(variable.name.string))
            }
        }
        self.paths = paths
        renamed = zip(paths, manifest.variables).filter { $0 != $1.name.string }
            .map { ($0, $1.name.string) }
    }

    /// Whether every step of `name` can be the name of a member.
    private static func isPath(_ name: String) -> Bool {
        name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .allSatisfy { !$0.isEmpty && !$0.elementsEqual(".".utf8) }
    }

    /// `name` as one step.
    private static func spelled(_ name: String) -> String {
        if name == "." { return "%2E" }
        return name.split(separator: "/", omittingEmptySubsequences: false).joined(
            separator: "%2F")
    }

    /// `path`, or, when it is taken or leads through a data set, another that is not.
    private mutating func free(_ path: String) -> String {
        if isFree(path) {
            take(path)
            return path
        }
        let step = Self.spelled(path)
        var candidate = step
        var number = 2
        while !isFree(candidate) {
            candidate = "\(step)~\(number)"
            number += 1
        }
        take(candidate)
        return candidate
    }

    private func isFree(_ path: String) -> Bool {
        !taken.contains(ByteString(path)) && !groups.contains(ByteString(path))
            && !Self.groups(of: path).contains { taken.contains($0) }
    }

    private mutating func take(_ path: String) {
        taken.insert(ByteString(path))
        groups.formUnion(Self.groups(of: path))
    }

    /// The groups that a path leads through.
    private static func groups(of path: String) -> [ByteString] {
        let steps = path.unicodeScalars.split(separator: "/").map { String($0) }
        var groups: [ByteString] = []
        var group = ""
        for step in steps.dropLast() {
            group += group.isEmpty ? step : "/" + step
            groups.append(ByteString(group))
        }
        return groups
    }

    /// Where Keras looks for the weights of a `Sequential`; empty when the network cannot be one.
    private static func kerasPaths(_ manifest: Manifest) -> [VariableName: String] {
        let layout = try? manifest.recordedKernelLayout() ?? .tensorflow
        guard let graph = manifest.graph, layout == .tensorflow else { return [:] }
        var paths: [VariableName: String] = [:]
        var counts: [String: Int] = [:]
        for layer in graph.layers {
            let (kind, variables): (String, [VariableName?]) =
                switch layer.operation {
                case .convolution2D(let convolution):
                    ("conv2d", [convolution.weights, convolution.bias])
                case .dense(let weights, let bias): ("dense", [weights, bias])
                case .relu, .maxPool2D, .flatten: ("", [])
                }
            let number = counts[kind, default: 0]
            counts[kind] = number + 1
            let group = "layers/" + (number == 0 ? kind : "\(kind)_\(number)") + "/vars/"
            for (position, variable) in variables.compactMap({ $0 }).enumerated() {
                guard manifest[variable] != nil,
                    paths.updateValue("\(group)\(position)", forKey: variable) == nil
                else { return [:] }
            }
        }
        return paths
    }
}

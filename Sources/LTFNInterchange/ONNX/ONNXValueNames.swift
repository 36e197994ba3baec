import LTFNCheckpoint

/// Names for the values of a graph that is written: none that a variable or another value has.
struct ONNXValueNames {
    private var taken: Set<ByteString>
    /// The last number that a name was given.
    private var numbers: [ByteString: Int] = [:]

    init(_ manifest: Manifest) {
        taken = manifest.graph == nil ? [] : Set(manifest.variables.map(\.name.bytes))
    }

    /// `name`, or when that is taken, `name` with a number.
    mutating func take(_ name: String) -> String {
        if taken.insert(ByteString(name)).inserted { return name }
        var number = numbers[ByteString(name)] ?? 1
        while true {
            number += 1
            let candidate = "\(name)_\(number)"
            guard taken.insert(ByteString(candidate)).inserted else { continue }
            numbers[ByteString(name)] = number
            return candidate
        }
    }
}

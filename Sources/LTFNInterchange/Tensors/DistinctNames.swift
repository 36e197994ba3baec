import LTFNCheckpoint

/// Names out of a foreign file, some of which stand twice: every name is given to one thing.
struct DistinctNames {
    /// All names of the file, and those that were made; whether they are given.
    private var given: [ByteString: Bool] = [:]
    /// Which number the next of a name that is given may have.
    private var next: [ByteString: Int] = [:]

    /// - Parameter names: all names of the file: what stands there is given to nothing else.
    init(_ names: some Sequence<String>) {
        for name in names { given[ByteString(name)] = false }
    }

    /// `name` for the first that is called so, for others the next `name~2` that is free.
    ///
    /// Complexity: O(n) for all n names together.
    mutating func take(_ name: String) -> String {
        let wanted = ByteString(name)
        if given.updateValue(true, forKey: wanted) != true { return name }
        var number = next[wanted] ?? 2
        var other = ByteString("\(name)~\(number)")
        while given[other] != nil {
            number += 1
            other = ByteString("\(name)~\(number)")
        }
        given[other] = true
        next[wanted] = number + 1
        return other.string
    }
}

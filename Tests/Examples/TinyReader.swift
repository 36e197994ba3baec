import LTFN

/// An open file of the tiny format: names and shapes are known, values are still text.
struct TinyReader: CheckpointReader {
    let manifest: Manifest
    private let values: [VariableName: Substring]
    private let limits: DecodingLimits

    init(_ source: any ByteSource, _ limits: DecodingLimits) throws(FormatError) {
        // The text is short, so it is read whole. A real format reads its header.
        guard source.byteCount <= min(limits.indexByteCount, 1 << 24) else {
            throw FormatError(
                .limitExceeded, format: "tiny",
                "The text takes \(source.byteCount) bytes; expected 16 MiB at most.")
        }
        let bytes = try source.read(at: 0, byteCount: Int(source.byteCount))
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Self.corrupt("The text is not valid UTF-8.")
        }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        let count = try Self.numbers(in: lines.removeFirst().dropFirst("tiny ".count))
        guard count.count == 1, lines.popLast() == "", lines.count.isMultiple(of: 2),
            lines.count / 2 == count[0]
        else { throw Self.corrupt("The text does not have the lines that its first line tells.") }
        guard count[0] <= limits.variableCount else {
            throw FormatError(
                .limitExceeded, format: "tiny",
                "There are \(count[0]) variables; expected \(limits.variableCount) at most.")
        }
        var variables: [VariableInfo] = []
        var values: [VariableName: Substring] = [:]
        while let line = lines.popFirst(), let numbers = lines.popFirst() {
            let variable = try Self.variable(line, limits)
            variables.append(variable)
            values[variable.name] = numbers
        }
        manifest = try Manifest(variables: variables)
        self.values = values
        self.limits = limits
    }

    func read(_ index: Int) throws(FormatError) -> TensorData {
        let variable = manifest.variables[index]
        guard variable.tensor.byteCount <= limits.tensorByteCount else {
            throw FormatError(
                .limitExceeded, format: "tiny", variable: variable.name.string,
                "It takes \(variable.tensor.byteCount) bytes; "
                    + "expected \(limits.tensorByteCount) at most.")
        }
        var floats: [Float] = []
        for word in values[variable.name, default: ""].split(separator: " ") {
            guard let float = Float(word) else {
                throw Self.corrupt("\"\(word.prefix(20))\" is no number.", in: variable.name)
            }
            floats.append(float)
        }
        guard floats.count == variable.tensor.shape.elementCount else {
            throw Self.corrupt(
                "There are \(floats.count) values; the shape has "
                    + "\(variable.tensor.shape.elementCount).", in: variable.name)
        }
        return try TensorData(shape: variable.tensor.shape.dimensions, floats: floats)
    }

    func storage(_ index: Int) -> StorageInfo {
        let text = values[manifest.variables[index].name, default: ""]
        return StorageInfo(storedByteCount: UInt64(text.utf8.count), codec: "text")
    }
}

extension TinyReader {
    /// Reads `weights 2 3`.
    private static func variable(
        _ line: Substring, _ limits: DecodingLimits
    ) throws(FormatError) -> VariableInfo {
        let name = line.prefix { $0 != " " }
        let shape = try TensorShape(numbers(in: line.dropFirst(name.count)))
        guard shape.rank <= limits.rank else {
            throw FormatError(
                .limitExceeded, format: "tiny", variable: String(name.prefix(40)),
                "It has \(shape.rank) axes; expected \(limits.rank) at most.")
        }
        return try VariableInfo(
            name: VariableName(String(name)), tensor: TensorInfo(dtype: .f32, shape: shape))
    }

    private static func numbers(in text: Substring) throws(FormatError) -> [Int] {
        var numbers: [Int] = []
        for word in text.split(separator: " ") {
            guard let number = Int(word) else {
                throw corrupt("\"\(word.prefix(20))\" is no whole number.")
            }
            numbers.append(number)
        }
        return numbers
    }

    private static func corrupt(
        _ message: String, in name: VariableName? = nil
    ) -> FormatError {
        FormatError(.corrupt, format: "tiny", variable: name?.string, message)
    }
}

import LTFN

/// The same network as PyTorch keeps it, under other names.
///
/// - Returns: whether the output is the same network, its axes put back.
public func convertForPyTorch(_ path: String, to output: String) throws -> Bool {
    var request = FileConversion.Request(input: path, output: output)
    request.changes.layout = LayoutRequest(to: .pytorch)
    request.changes.names = [try NameRule(old: "fully_connected_*", new: "fc.*")]
    let conversion = try FileConversion(request)
    for problem in conversion.problems { print(problem) }
    let outcome = try conversion.run()
    return outcome?.verification == .equal
}

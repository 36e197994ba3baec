import LTFNBytes
import LTFNCheckpoint

/// What the weights of layers are called in a file of ours: a record of its metadata, where the
/// name is another than that by the layer.
///
///     {"layer1.weights": "layer1_weights", ..}
struct CoreMLNames {
    /// By the names that the layers give.
    private(set) var variables: [ByteString: String] = [:]
    private(set) var losses: [FormatLoss] = []

    init(_ header: CoreMLHeader) {
        guard let record = header.entries.last(where: { $0.key == CoreMLHeader.namesKey }) else {
            return
        }
        guard let value = try? JSONReader.read(Array(record.value.utf8)),
            case .object(let members) = value
        else {
            losses = [
                FormatLoss(
                    .name,
                    "The record of what variables are called, \(CoreMLHeader.namesKey) in the metadata, "
                        + "is none: they are called as their layers.")
            ]
            return
        }
        for member in members {
            if case .string(let name) = member.value { variables[ByteString(member.key)] = name }
        }
    }

    /// The record.
    ///
    /// - Parameter names: those of the layers and of the variables.
    static func record(_ names: [(layer: String, variable: String)]) -> String {
        let members = names.filter { $0.layer != $0.variable }.map {
            JSONMember($0.layer, .string($0.variable))
        }
        return JSONValue.object(members).rendered()
    }
}

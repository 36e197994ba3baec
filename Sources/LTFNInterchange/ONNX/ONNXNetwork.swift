import LTFNBytes
import LTFNCheckpoint

/// The network that a model of another program is, or why it is none that layers can say.
struct ONNXNetwork {
    private let graph: ModelGraph?
    private let layout: KernelLayout?
    private(set) var notes: [String] = []

    /// - Throws: `corrupt`, `truncated`, `limitExceeded`, `io`.
    init(
        _ content: ONNXContent, _ found: ONNXVariables,
        _ properties: [(key: String, value: String)]
    ) throws(FormatError) {
        guard let source = try ONNXGraph(content.graph) else {
            (graph, layout) = (nil, nil)
            notes = [LeftOutNote.graph(because: "it has too many operators")]
            return
        }
        guard source.nodes.contains(where: { !$0.node.isConstant }) else {
            (graph, layout) = (nil, nil)
            return
        }
        do throws(FormatError) {
            let parameters = Self.parameters(found, source)
            (graph, layout) = try ONNXGraphReader.graph(
                source, parameters,
                properties: Dictionary(
                    properties.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 }))
        } catch {
            guard error.code == .unsupportedFeature else { throw error }
            (graph, layout) = (nil, nil)
            notes = [LeftOutNote.graph(because: error.message)]
            return
        }
        let isScaleKnown = properties.contains { $0.key == ONNXGraphReader.pixelRangeKey }
        if !isScaleKnown {
            notes = [
                "The model does not say how pixels are scaled (\(ONNXGraphReader.pixelRangeKey)): its "
                    + "graph takes them from 0 to 1."
            ]
        }
    }

    /// The values that nodes of the main graph know, if none is known by two.
    private static func parameters(
        _ found: ONNXVariables, _ source: ONNXGraph
    ) -> [ByteString: ONNXGraphReader.Parameter] {
        let used = Set(source.nodes.flatMap { $0.node.inputs.map { ByteString($0) } })
        var parameters: [ByteString: ONNXGraphReader.Parameter] = [:]
        for variable in found.variables {
            guard let name = variable.valueName, used.contains(ByteString(name)) else { continue }
            parameters[ByteString(name)] = ONNXGraphReader.Parameter(
                name: variable.info.name, tensor: variable.info.tensor,
                integers: { () throws(FormatError) in try found.integers(of: variable) })
        }
        return parameters
    }

    /// Adds the graph, and the layout of its kernels.
    func add(to manifest: inout Manifest) {
        guard let graph, let name = layout?.rawValue else { return }
        let layout = MetadataValue.string(name)
        guard (manifest.metadata[KernelLayout.metadataKey] ?? layout) == layout else { return }
        manifest.metadata[KernelLayout.metadataKey] = layout
        manifest.graph = graph
    }
}

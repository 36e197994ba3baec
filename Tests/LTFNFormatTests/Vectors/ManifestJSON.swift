import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNFormat

/// What a file says, as the JSON of `Spec/vectors`: numbers that JSON cannot hold exactly are text.
enum ManifestJSON {
    static func describe(_ reader: NativeReader) throws -> [String: Any] {
        let manifest = reader.manifest
        return [
            "contentDigest": "\(reader.contentDigest)", "metadata": map(manifest.metadata),
            "graph": manifest.graph.map(graph) ?? NSNull(),
            "variables": try manifest.variables.indices.map { try variable($0, reader) },
        ]
    }

    static func text(_ object: Any) throws -> String {
        let data = try JSONSerialization.data(
            withJSONObject: object, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func f64(_ bits: UInt64) -> String {
        hex((0..<8).reversed().map { UInt8(truncatingIfNeeded: bits >> UInt64(8 * $0)) })
    }

    private static func map(_ metadata: Metadata) -> [Any] {
        metadata.entries.map { [$0.key.string, value($0.value)] }
    }

    private static func value(_ value: MetadataValue) -> [String: Any] {
        switch value {
        case .bool(let value): ["bool": value]
        case .i64(let value): ["i64": "\(value)"]
        case .u64(let value): ["u64": "\(value)"]
        case .f64(let bits): ["f64": f64(bits)]
        case .string(let value): ["string": value]
        case .bytes(let value): ["bytes": hex(value)]
        case .list(let values): ["list": values.map(Self.value)]
        case .map(let metadata): ["map": map(metadata)]
        }
    }

    private static func graph(_ graph: ModelGraph) -> [String: Any] {
        [
            "name": graph.name,
            "input": [
                "shape": graph.input.shape.dimensions.map(String.init),
                "scale": f64(graph.input.scale.bitPattern),
                "offset": f64(graph.input.offset.bitPattern),
            ] as [String: Any],
            "layers": graph.layers.map(layer),
        ]
    }

    private static func layer(_ layer: Layer) -> [String: Any] {
        var fields: [String: Any] = ["name": layer.name]
        func pair(_ size: Layer.Size2D) -> [String] { ["\(size.height)", "\(size.width)"] }
        switch layer.operation {
        case .convolution2D(let convolution):
            fields["operation"] = 1
            fields["weights"] = convolution.weights.string
            fields["bias"] = convolution.bias?.string ?? NSNull()
            fields["strides"] = pair(convolution.strides)
            fields["padding"] = convolution.padding.rawValue
        case .relu: fields["operation"] = 2
        case .maxPool2D(let window, let strides, let padding):
            fields["operation"] = 3
            fields["window"] = pair(window)
            fields["strides"] = pair(strides)
            fields["padding"] = padding.rawValue
        case .flatten: fields["operation"] = 4
        case .dense(let weights, let bias):
            fields["operation"] = 5
            fields["weights"] = weights.string
            fields["bias"] = bias?.string ?? NSNull()
        }
        return fields
    }

    private static func variable(_ number: Int, _ reader: NativeReader) throws -> [String: Any] {
        let info = reader.manifest.variables[number]
        let values = try reader.read(number).bytes
        let bytes = values.copy(of: 0..<values.byteCount)
        return [
            "name": info.name.string, "dtype": info.tensor.dtype.rawValue,
            "shape": info.tensor.shape.dimensions.map(String.init),
            "tiedTo": info.tiedTo?.string ?? NSNull(), "metadata": map(info.metadata),
            "initializer": info.initializer.map(initializer) ?? NSNull(),
            "codec": reader.storage(number).text,
            "storedByteCount": "\(reader.storage(number).storedByteCount)",
            "sha256": "\(SHA256.digest(bytes))",
            "values": bytes.count <= 1024 ? hex(bytes) : NSNull(),
        ]
    }

    private static func initializer(_ spec: InitializerSpec) -> [String: Any] {
        var fields: [String: Any] = [
            "kind": spec.recipe.name, "seed": "\(spec.seed)", "stream": "\(spec.stream)",
            "fans": spec.fans.map { ["\($0.fanIn)", "\($0.fanOut)"] } ?? NSNull(),
        ]
        if case .reproducible(let version, let digest) = spec.evidence {
            fields["reproducible"] =
                ["algorithmVersion": Int(version), "digest": "\(digest)"] as [String: Any]
        } else {
            fields["reproducible"] = NSNull()
        }
        func numbers(_ values: Double...) -> [String] { values.map { f64($0.bitPattern) } }
        switch spec.recipe {
        case .constant(let value): fields["parameters"] = numbers(value)
        case .uniform(let low, let high): fields["parameters"] = numbers(low, high)
        case .normal(let mean, let deviation), .truncatedNormal(let mean, let deviation):
            fields["parameters"] = numbers(mean, deviation)
        case .scaledNormal(let factor): fields["parameters"] = numbers(factor)
        case .varianceScaling(let scale, let fan, let distribution):
            fields["parameters"] = numbers(scale)
            fields["fan"] = fan.rawValue
            fields["distribution"] = distribution.rawValue
        case .described(let name, let parameters):
            fields["kind"] = "described"
            fields["name"] = name
            fields["description"] = map(parameters)
        default: fields["parameters"] = [String]()
        }
        return fields
    }
}

import LTFNBytes
import LTFNCheckpoint

/// The layers of a model of Keras, as its description lists them, and which variables are theirs.
///
/// The description is what `to_json` gives: in `config.json` of an archive, or in the attribute
/// `model_config` of a file of before.
struct KerasModel {
    struct Layer {
        var className: String
        var config: JSONValue
        var name: String
        /// In the order that Keras keeps them in: the kernel, the bias.
        var variables: [VariableName]
    }

    private(set) var layers: [Layer] = []
    let name: String
    /// Why the description says nothing of a network here; nil: it lists the layers of a
    /// `Sequential`.
    let obstacle: String?
    /// What the model as a whole takes, where its first layer does not say so.
    let inputShape: JSONValue?

    /// The attribute of a file of before `.keras`.
    static let attribute = "model_config"

    /// - Parameter places: the variables of a layer, by its name, and by its place among the layers
    ///   of a model as files of weights have it: `layers/conv2d_1`.
    init(
        _ description: JSONValue,
        variables places: (_ name: String, _ path: String) -> [VariableName]
    ) {
        let config = description["config"] ?? .null
        name = config["name"]?.text ?? "keras"
        inputShape =
            config["build_input_shape"] ?? description["build_config"]?["input_shape"]
        // Versions before 2.2.3 gave the layers alone.
        var listed = config["layers"]
        if case .array = config { listed = config }
        guard case .array(let values)? = listed else {
            obstacle = "its description lists no layers"
            return
        }
        let kind = description["class_name"]?.text ?? ""
        obstacle =
            kind == "Sequential"
            ? nil : "it is a \(kind.prefix(40)), and a network here is a Sequential"
        var counts: [String: Int] = [:]
        for value in values {
            let className = value["class_name"]?.text ?? ""
            let settings = value["config"] ?? .null
            let layerName = settings["name"]?.text ?? value["name"]?.text ?? ""
            // What has no layer in memory has none in the file.
            var path = ""
            if className != "InputLayer" || kind != "Sequential" {
                let short = Self.snakeCase(className)
                let number = counts[short, default: 0]
                counts[short] = number + 1
                path = "layers/" + (number == 0 ? short : "\(short)_\(number)")
            }
            layers.append(
                Layer(
                    className: className, config: settings, name: layerName,
                    variables: places(layerName, path)))
        }
    }

    /// `MaxPooling2D` as `max_pooling2d`, by the rule of Keras: a word begins with a capital that
    /// has a small letter before or after it.
    private static func snakeCase(_ name: String) -> String {
        let letters = Array(name.utf8)
        func isSmall(_ index: Int) -> Bool {
            letters.indices.contains(index) && (0x61...0x7A).contains(letters[index])
        }
        var result: [UInt8] = []
        for (index, letter) in letters.enumerated() {
            let isCapital = (0x41...0x5A).contains(letter)
            if isCapital, index > 0, isSmall(index - 1) || isSmall(index + 1) {
                result.append(0x5F)
            }
            result.append(isCapital ? letter | 0x20 : letter)
        }
        return String(decoding: result, as: UTF8.self)
    }
}

extension JSONValue {
    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// A list of whole numbers.
    var integers: [Int]? {
        guard case .array(let values) = self else { return nil }
        let numbers = values.compactMap { $0.u64.flatMap { Int(exactly: $0) } }
        return numbers.count == values.count ? numbers : nil
    }

    var number: Double? {
        switch self {
        case .int(let number): Double(number)
        case .uint(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }

    var isNull: Bool { self == .null }
}

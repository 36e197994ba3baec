/// What a model of Core ML is, told by the field that it stands in.
enum CoreMLModelKind {
    case network
    case program
    /// Models, one after the other.
    case pipeline
    /// The same, one message deeper.
    case labelledPipeline
    /// What holds no tensors: what it is, in words.
    case other(String)

    /// Fields before this one say nothing of the kind.
    static let firstField = 200

    /// nil when there is no such field.
    init?(field: Int) {
        switch field {
        case 303, 403, CoreMLField.Model.neuralNetwork: self = .network
        case 502: self = .program
        case 202: self = .pipeline
        case 200, 201: self = .labelledPipeline
        default:
            guard let name = Self.others[field] else { return nil }
            self = .other(name)
        }
    }

    private static let others = [
        300: "a linear regressor", 301: "a support vector regressor",
        302: "a tree ensemble", 304: "a Bayesian regressor", 400: "a linear classifier",
        401: "a support vector classifier", 402: "a tree ensemble",
        404: "a nearest-neighbor classifier", 501: "a recommender", 555: "a custom model",
        556: "a link to another model", 560: "a class confidence threshold",
        600: "a one-hot encoder", 601: "an imputer", 602: "a feature vectorizer",
        603: "a dictionary vectorizer", 604: "a scaler", 606: "a categorical mapping",
        607: "a normalizer", 609: "an array feature extractor", 610: "a non-maximum suppression",
        900: "an identity", 2000: "a text classifier", 2001: "a word tagger",
        2002: "a feature print of images", 2003: "a preprocessing of sound", 2004: "a gazetteer",
        2005: "a word embedding", 2006: "a feature print of sound",
        3000: "a model in a form of its own",
    ]
}

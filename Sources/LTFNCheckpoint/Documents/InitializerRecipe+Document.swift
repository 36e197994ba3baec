import LTFNBytes

extension InitializerRecipe {
    /// For a program that reads reports: the name, and the parameters by theirs.
    package var document: JSONValue {
        var parameters = JSONValue.object(
            self.parameters.map { JSONMember($0.name, $0.value.document) })
        if case .described(_, let own) = self { parameters = own.document }
        return ["name": .string(name), "parameters": parameters]
    }
}

extension RecipeParameter.Value {
    fileprivate var document: JSONValue {
        switch self {
        case .number(let number): .double(number)
        case .word(let word): .string(word)
        }
    }
}

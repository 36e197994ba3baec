import LTFNBytes
import LTFNCheckpoint
import LTFNConversion
import Testing

@Suite("Rules for names") struct NameRuleTests {
    private func plan(
        _ rules: [(String, String)], _ names: [String]
    ) throws -> ChangePlan {
        var changes = Changes()
        for rule in rules { changes.names.append(try NameRule(old: rule.0, new: rule.1)) }
        let manifest = try Manifest(variables: names.map { try variable($0) })
        return ChangePlan(changes, of: manifest, convention: nil)
    }

    private func names(_ plan: ChangePlan) -> [String] {
        plan.manifest.variables.map(\.name.string)
    }

    @Test("one name, a part of many, the first rule that fits") func rules() throws {
        let plan = try plan(
            [("model.a", "first"), ("model.*", "*"), ("x*z", "*")],
            ["model.a", "model.b.c", "other", "xyz"])
        #expect(plan.problems.isEmpty)
        #expect(names(plan) == ["b.c", "first", "other", "y"])
        #expect(plan.changes.map(\.source.name.string) == ["model.b.c", "model.a", "other", "xyz"])
        #expect(plan.changes.map(\.position) == [1, 0, 2, 3])
    }

    @Test("every rule has a variable, and every variable a name of its own") func problems() throws
    {
        let plan = try plan(
            [("a", "c"), ("none", "x"), ("b*", "*")], ["a", "b", "c", "d"])
        let sentences = plan.problems.map(\.sentence)
        #expect(sentences.count == 3)
        #expect(sentences.contains { $0.contains("\"a\" and \"c\" would both be called \"c\"") })
        #expect(sentences.contains { $0.contains("\"none\"") })
        #expect(sentences.contains { $0.hasPrefix("\"b\" cannot be renamed") })
    }

    @Test("ties and graphs follow") func followers() throws {
        let manifest = try Manifest(
            variables: [variable("a"), variable("b", tiedTo: "a")],
            graph: ModelGraph(
                name: "n", input: .init(shape: TensorShape([1, 1, 1])),
                layers: [
                    Layer(
                        name: "d",
                        operation: .dense(
                            weights: VariableName("a"), bias: VariableName("b")))
                ]))
        var changes = Changes()
        changes.names = [try NameRule(old: "*", new: "z.*")]
        let plan = ChangePlan(changes, of: manifest, convention: nil)
        #expect(plan.manifest[try VariableName("z.b")]?.tiedTo?.string == "z.a")
        #expect(plan.manifest.graph?.variableNames.map(\.string) == ["z.a", "z.b"])
    }

    @Test(
        "what is no rule is refused",
        arguments: [("a*", "b"), ("a", "b*"), ("*a*", "*"), ("", "b"), ("a", "")])
    func refused(old: String, new: String) {
        #expect(throws: FormatError.self) { try NameRule(old: old, new: new) }
    }

    @Test("rules out of a file") func file() throws {
        let rules = try NameRule.rules(json: Array(#"{"a": "b", "m.*": "*"}"#.utf8))
        #expect(rules.map(\.new) == ["b", "*"])
        for text in ["[]", #"{"a": 1}"#, #"{"a": "b""#, ""] {
            #expect(throws: FormatError.self) { try NameRule.rules(json: Array(text.utf8)) }
        }
    }
}

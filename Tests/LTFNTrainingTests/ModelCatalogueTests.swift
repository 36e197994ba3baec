import LTFNCheckpoint
import LTFNTraining
import Testing

@Suite("Models")
struct ModelCatalogueTests {
    @Test("the tutorial's network has its shapes and its names")
    func tutorial() {
        let model = ModelCatalogue.tutorialConvnet
        let shapes = Dictionary(
            uniqueKeysWithValues: model.variables.map { ($0.name.string, $0.shape.dimensions) })
        #expect(
            shapes == [
                "layer1_weights": [3, 3, 1, 64], "layer1_bias": [64],
                "layer2_weights": [3, 3, 64, 64], "layer2_bias": [64],
                "layer3_weights": [3, 3, 64, 128], "layer3_bias": [128],
                "layer4_weights": [3, 3, 128, 128], "layer4_bias": [128],
                "fully_connected_weights": [6272, 10], "fully_connected_bias": [10],
            ])
        #expect(model.parameterCount == 321_738)
        #expect(model.classCount == 10)
        #expect(model.graph.input.shape.dimensions == [28, 28, 1])
        #expect(model.graph.input.scale == 1.0 / 255)
    }

    @Test("a graph uses exactly the variables of its model, in their order")
    func graphs() {
        for model in ModelCatalogue.all {
            #expect(model.graph.variableNames == model.variables.map(\.name))
            #expect(model.graph.name == model.name)
            #expect(ModelCatalogue.model(named: model.name)?.name == model.name)
        }
        #expect(ModelCatalogue.model(named: "nothing") == nil)
    }
}

import LTFNCommand
import LTFNFormats

CommandMain.run(
    InspectCommand.self, advising: ConversionAdvice.sentence,
    variableNames: CheckpointNames.variables)

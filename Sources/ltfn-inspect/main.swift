import LTFNCommand
import LTFNFormats

CommandMain.run(
    InspectCommand.self,
    variableNames: CheckpointNames.variables)

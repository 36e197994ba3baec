import LTFNCommand
import LTFNConversion

CommandMain.run(InspectCommand.self, advising: ConversionAdvice.sentence)

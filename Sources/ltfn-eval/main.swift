import LTFNCommand
import LTFNConversion

CommandMain.run(EvaluateCommand.self, advising: ConversionAdvice.sentence)

import LTFNCommand
import LTFNFormats

CommandMain.run(EvaluateCommand.self, advising: ConversionAdvice.sentence)

import LTFNCommand
import LTFNFormats

CommandMain.run(TrainCommand.self, advising: ConversionAdvice.sentence)

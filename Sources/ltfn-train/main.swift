import LTFNCommand
import LTFNConversion

CommandMain.run(TrainCommand.self, advising: ConversionAdvice.sentence)

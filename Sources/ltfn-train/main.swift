import LTFNCommand

CommandMain.run(TrainCommand.self)

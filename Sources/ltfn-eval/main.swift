import LTFNCommand

CommandMain.run(EvaluateCommand.self)

import LTFNCommand

CommandMain.run(BenchCommand.self)

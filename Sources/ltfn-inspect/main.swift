import LTFNCommand

CommandMain.run(InspectCommand.self)

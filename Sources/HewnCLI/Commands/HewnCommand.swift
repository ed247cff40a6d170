import ArgumentParser
import Hewn

/// The root: help, version, and the way to the commands.
package struct HewnCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "hewn",
    abstract: "Runs pruned convolutional networks fast.",
    usage: "hewn <command> [<options>]",
    discussion: Manual.discussion(
      """
      Takes a pruned network as an ONNX file, hews dense blocks out of its sparse filters, and \
      runs the result. Results go to the standard output; notes, errors and progress go to the \
      standard error.
      """,
      examples: """
        hewn inspect model.onnx                  what each layer becomes, and why
        hewn bench model.onnx                    sparse against dense, turn by turn
        hewn compare model.onnx                  errors against a reference
        hewn compile model.onnx -o model.hewn    compile once, start fast
        hewn tune                                measure this processor, decide by it
        hewn run model.onnx --image cat.jpg --preprocess imagenet
        hewn evaluate model.onnx --images test.zip --preprocess cifar10
        hewn reprune model.onnx -o faster.onnx --max-accuracy-drop 0.5 --images val
        hewn export model.onnx -o dense.onnx
        hewn operators
        """, failures: ExitStatus.table.map(\.code)),
    version: "hewn \(Release.version)",
    subcommands: [
      InspectCommand.self, RunCommand.self, CompareCommand.self, BenchCommand.self,
      EvaluateCommand.self, RepruneCommand.self, CompileCommand.self, TuneCommand.self,
      ExportCommand.self, OperatorsCommand.self,
    ])

  package init() {}
}

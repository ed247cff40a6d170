import ArgumentParser
import Hewn

/// The root: help, version, and the way to the commands.
package struct HewnCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "hewn",
    abstract: "Runs pruned convolutional networks fast.",
    discussion: """
      Takes a pruned network as an ONNX file and hews dense blocks out of its sparse filters.

      EXAMPLES
        hewn inspect model.onnx       what each layer becomes, and why
        hewn bench model.onnx         sparse against dense, turn by turn
        hewn run model.onnx --image cat.jpg --preprocess imagenet
        hewn compare model.onnx       against a double-precision reference
        hewn evaluate model.onnx --images test.zip --preprocess cifar10
        hewn compile model.onnx -o model.hewn     compile once, start fast
        hewn export model.onnx -o dense.onnx

      EXIT STATUS
        0  success                      4  a model that Hewn cannot run
        1  a comparison that failed     5  a file that cannot be read or written
        2  wrong usage                  6  out of memory
        3  an invalid file              70 a defect of Hewn itself
      """,
    version: "hewn \(Release.version)",
    subcommands: [
      InspectCommand.self, RunCommand.self, CompareCommand.self, BenchCommand.self,
      EvaluateCommand.self, CompileCommand.self, ExportCommand.self, OperatorsCommand.self,
    ])

  package init() {}
}

import ArgumentParser
import Hewn

/// What a plan's outputs are compared with.
package enum ComparisonTarget: Equatable {
  case reference
  case dense
  /// A folder with one array file for each output.
  case folder(String)

  package init(_ text: String) {
    switch text {
    case "reference": self = .reference
    case "dense": self = .dense
    default: self = .folder(text)
    }
  }

  package var name: String {
    switch self {
    case .reference: "reference"
    case .dense: "dense"
    case .folder(let path): path
    }
  }
}

package struct CompareCommand: ConsoleCommand {
  package static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compares a model's outputs with expected ones.",
    usage: "hewn compare <model> [<options>]",
    discussion: Manual.discussion(
      """
      The error of an output is its largest difference from the expected one, relative to the \
      largest expected element. The exit status is 1 when an output is above the tolerance.

      Against "reference", the model runs exactly as its file states it, in double precision. \
      Against "dense", it runs on the same device with dense kernels alone. Against a folder, \
      expected outputs are read from NAME.npy, and so are inputs that are there.
      """,
      examples: """
        hewn compare model.onnx
        hewn compare model.onnx --against dense --batch 8
        hewn compare model.onnx --against expected --input x=x.npy --tolerance 1e-5
        """, takesImages: true, failures: ExitStatus.table.map(\.code)))

  @Argument(help: "An ONNX file, or a plan file of hewn compile.")
  package var model: String

  @OptionGroup(title: "Compare options") package var settings: Settings
  @OptionGroup(title: "Input options") package var inputs: InputOptions
  @OptionGroup(title: "Plan options") package var plan: PlanOptions
  @OptionGroup(title: "Output options") package var terminal: TerminalOptions

  package struct Settings: ParsableArguments {
    @Option(
      name: .long,
      help: ArgumentHelp(
        "reference, dense, or a folder with NAME.npy files (default: reference).",
        valueName: "target"),
      transform: ComparisonTarget.init)
    package var against: ComparisonTarget = .reference

    @Option(
      name: .long,
      help: ArgumentHelp(
        "The greatest relative error that passes (default: 1e-4; with --precision tf32 2e-2, f16"
          + " 2e-2, bf16 1e-1).", valueName: "error"))
    package var tolerance: Double?

    @Option(name: .shortAndLong, help: .engine)
    package var engine: Engine?

    package init() {}

    package func validate() throws {
      if let tolerance, !(tolerance >= 0 && tolerance.isFinite) {
        throw ValidationError("--tolerance must be a number of at least 0.")
      }
    }
  }

  package init() {}

  package func execute(_ console: Console) throws -> Int32 {
    let model = try Model(contentsOf: model)
    var given = try ModelInputs(inputs, plan: plan, model: model, console: console)
    if case .folder(let folder) = settings.against {
      try readInputs(in: folder, of: model, into: &given, console)
    }
    let options = plan.compileOptions(engine: settings.engine, inputShapes: given.shapes)
    let plan = try compile(model, options, console)
    let (tensors, random) = try given.complete(for: plan)
    if case .folder(let folder) = settings.against, !random.isEmpty {
      let names = random.map { "\"\($0)\"" }.joined(separator: ", ")
      throw HewnError(
        .invalidArgument,
        "the expected outputs in \(folder) belong to certain inputs: give \(names) with --input,"
          + " --image or as NAME.npy in the folder")
    }
    let expected = try expectedOutputs(
      of: model, options: options, plan: plan, inputs: tensors, console)
    let report = try plan.compare(
      inputs: tensors, expected: expected, against: settings.against.name,
      tolerance: settings.tolerance ?? plan.precision.usualTolerance,
      seed: random.isEmpty ? nil : inputs.seed)
    console.print(terminal.json ? try report.json() : ReportText.compare(report, console.style))
    return report.passed ? ExitStatus.success : ExitStatus.status(of: .failedCheck)
  }

  /// Reads those inputs that lie beside the expected outputs.
  private func readInputs(
    in folder: String, of model: Model, into given: inout ModelInputs, _ console: Console
  ) throws {
    guard ArrayFiles.exists(folder) else {
      throw HewnError(
        .invalidArgument,
        "there is no folder \(folder); --against takes reference, dense or a folder")
    }
    // Outputs come first: their files are named as `run --output` names them.
    let names = ArrayFiles.names(for: model.outputs.map(\.name) + model.inputs.map(\.name))
    for port in model.inputs where given.shapes[port.name] == nil {
      guard let name = names[port.name] else { continue }
      let path = "\(folder)/\(name)"
      guard ArrayFiles.exists(path) else { continue }
      given.add(
        try ModelInputs.tensor(contentsOf: path, for: port, console: console), for: port.name)
    }
  }

  private func expectedOutputs(
    of model: Model, options: CompileOptions, plan: Plan, inputs: [String: Tensor],
    _ console: Console
  ) throws -> [String: Tensor] {
    var options = options
    switch settings.against {
    case .reference:
      options.device = .reference
      options.precision = .f32
      options.optimizes = false
    case .dense:
      options.engine = .dense
    case .folder(let folder):
      let names = ArrayFiles.names(for: plan.outputs.map(\.name))
      return try Dictionary(
        uniqueKeysWithValues: names.map {
          ($0, try Tensor(contentsOfNPY: "\(folder)/\($1)"))
        })
    }
    // The notes of this compilation are those of the first.
    return try Progress(console).during("computing the \(settings.against.name) outputs") {
      var session = try model.compile(options).makeSession()
      return try session.run(inputs)
    }
  }
}

extension Precision {
  /// The relative error that is usual for a whole network: some tens of times that of rounding once, which is
  /// 2⁻¹¹ of tf32 and f16, 2⁻⁸ of bf16.
  package var usualTolerance: Double {
    switch self {
    case .f32: 1e-4
    case .tf32: 2e-2
    case .f16: 2e-2
    case .bf16: 1e-1
    }
  }
}

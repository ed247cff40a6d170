import ArgumentParser
import Hewn

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

package struct RunCommand: ConsoleCommand {
  package static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs a model once.",
    usage: "hewn run <model> [<options>]",
    discussion: Manual.discussion(
      """
      Prints the range of each output, and the most probable classes where asked for. Inputs come \
      from NumPy files or images; those that are not given are random. Given inputs decide the \
      batch and other free extents.
      """,
      examples: """
        hewn run model.onnx --input x=batch.npy --output results
        hewn run model.onnx --image cat.jpg --preprocess imagenet --top 3
        hewn run model.onnx --image a.png --image b.png --mean 127.5 --std 127.5
        hewn run model.onnx --device reference --seed 3
        hewn run model.onnx --device cuda --precision f16 --cpu-fallback
        """, takesImages: true))

  @Argument(help: "An ONNX file, or a plan file of hewn compile.")
  package var model: String

  @OptionGroup(title: "Run options") package var settings: Settings
  @OptionGroup(title: "Input options") package var inputs: InputOptions
  @OptionGroup(title: "Plan options") package var plan: PlanOptions
  @OptionGroup(title: "Output options") package var terminal: TerminalOptions

  package static let defaultTop = 5

  package struct Settings: ParsableArguments {
    @Option(
      name: .shortAndLong,
      help: ArgumentHelp("Write every output to this folder as NAME.npy.", valueName: "folder"))
    package var output: String?

    @Option(
      name: .long,
      help: ArgumentHelp(
        "Print the most probable classes of each item (default: 5 with --image or --labels).",
        valueName: "k"))
    package var top: Int?

    @Option(
      name: .long,
      help: ArgumentHelp("Names of the classes, one on each line.", valueName: "file"))
    package var labels: String?

    @Option(name: .shortAndLong, help: .engine)
    package var engine: Engine?

    package init() {}

    package func validate() throws {
      if let top, top < 1 { throw ValidationError("--top must be at least 1.") }
    }
  }

  package init() {}

  package func execute(_ console: Console) throws -> Int32 {
    let labels = try settings.labels.map(Labels.read) ?? []
    let model = try Model(contentsOf: model)
    let given = try ModelInputs(inputs, plan: plan, model: model, console: console)
    let plan = try compile(
      model, plan.compileOptions(engine: settings.engine, inputShapes: given.shapes), console)
    let (tensors, random) = try given.complete(for: plan)
    for name in random { console.note("input \"\(name)\" is random, of seed \(inputs.seed)") }

    var session = try plan.makeSession()
    try session.setInputs(tensors)
    let clock = ContinuousClock()
    let start = clock.now
    try Progress(console).during("running \(model.summary.file)") { try session.execute() }
    let elapsed = clock.now - start
    let outputs = try session.readOutputs()

    let files = try write(outputs, of: plan)
    let report = RunReport(
      model: plan.model, plan: plan.summary, milliseconds: elapsed / .milliseconds(1),
      outputs: Dictionary(
        uniqueKeysWithValues: outputs.map { ($0, RunReport.Output($1, file: files[$0])) }),
      top: try classes(of: outputs, plan: plan, images: given.images, labels: labels, console))
    console.print(terminal.json ? try report.json() : ReportText.run(report, console.style))
    return ExitStatus.success
  }

  /// Writes the outputs where that is asked for, and returns the files by output name.
  private func write(_ outputs: [String: Tensor], of plan: Plan) throws -> [String: String] {
    guard let folder = settings.output else { return [:] }
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw HewnError(
        .io, "cannot make the folder \(folder): its parent must be a folder that may be written to")
    }
    let names = ArrayFiles.names(for: plan.outputs.map(\.name))
    var files: [String: String] = [:]
    for (name, tensor) in outputs {
      guard let file = names[name] else { continue }
      let path = "\(folder)/\(file)"
      try tensor.write(toNPY: path)
      files[name] = path
    }
    return files
  }

  /// The most probable classes of every output that looks like class scores.
  private func classes(
    of outputs: [String: Tensor], plan: Plan, images: [String], labels: [String],
    _ console: Console
  ) throws -> [RunReport.Item]? {
    let usual = images.isEmpty && labels.isEmpty ? nil : Self.defaultTop
    guard let count = settings.top ?? usual else { return nil }
    let scored = plan.outputs.filter { ClassScores.classCount(of: $0.shape) != nil }
    guard !scored.isEmpty || settings.top == nil else {
      throw HewnError(
        .invalidArgument,
        "no output holds class scores (N×K); leave --top out and write the outputs with --output")
    }
    var items: [RunReport.Item] = []
    for port in scored {
      guard let tensor = outputs[port.name] else { continue }
      if !labels.isEmpty, let classes = ClassScores.classCount(of: port.shape),
        classes != labels.count
      {
        console.note(
          "there are \(labels.count) labels for the \(classes) classes of \"\(port.name)\"")
      }
      for (index, item) in try ClassScores.top(count, of: tensor, labels: labels).enumerated() {
        items.append(
          RunReport.Item(
            output: port.name, item: index, image: index < images.count ? images[index] : nil,
            isSoftmax: item.isSoftmax, classes: item.classes))
      }
    }
    return items
  }
}

/// Names of classes.
package enum Labels {
  /// Reads one name from each line; empty lines at the end do not count.
  package static func read(_ path: String) throws -> [String] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw HewnError(.io, "cannot read \(path)")
    }
    return parse(String(decoding: data, as: UTF8.self))
  }

  package static func parse(_ text: String) -> [String] {
    var lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }.map { line in
      let trimmed = line.drop { $0.isWhitespace }
      let end = trimmed.lastIndex { !$0.isWhitespace }
      return end.map { String(trimmed[...$0]) } ?? ""
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }
}

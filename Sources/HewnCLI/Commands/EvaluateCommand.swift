import ArgumentParser
import Datasets
import Hewn
import Images

package struct EvaluateCommand: ConsoleCommand {
  package static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measures how often a model finds the right class.",
    usage: "hewn evaluate <model> --images <set> [<options>]",
    discussion: Manual.discussion(
      """
      Runs the model on every image of a set and counts how often the right class has the greatest \
      score (top-1) or one of the five greatest (top-5), with intervals of 95 % confidence \
      (Wilson).

      A set is a folder or ZIP archive of PNG and JPEG files, or an NPZ archive with the arrays x \
      (uint8, N×H×W or N×H×W×C) and y (integers). Labels of files come from --labels; else from \
      labels.txt or labels.csv in the set; else from the folders that the files lie in, whose \
      sorted names, or those of --classes, are the classes.

      The batch is that of the model's file; where that is free, 16, or the size of a smaller set.
      """,
      examples: """
        hewn evaluate model.onnx --images test.zip --preprocess cifar10
        hewn evaluate model.onnx --images val --labels val.txt --preprocess imagenet
        hewn evaluate model.onnx --images val --limit 1000 --batch 32 --json
        hewn evaluate model.onnx --images mnist.npz --preprocess mnist
        """, takesImages: true))

  @Argument(help: "An ONNX file, or a plan file of hewn compile.")
  package var model: String

  @OptionGroup(title: "Evaluate options") package var settings: Settings
  @OptionGroup(title: "Image options") package var preprocessing: PreprocessingOptions
  @OptionGroup(title: "Plan options") package var plan: PlanOptions
  @OptionGroup(title: "Output options") package var terminal: TerminalOptions

  /// The batch where nothing states one: enough to share work, little enough to stay in the caches.
  package static let usualBatch = 16
  /// The images that are decoded at a time, so that all threads find work.
  static let chunk = 64
  /// The greatest size of the inputs that are in memory at a time, unless a single batch is larger.
  static let chunkByteCount = 1 << 28

  package struct Settings: ParsableArguments {
    @Option(
      name: .long,
      help: ArgumentHelp(
        "The images: a folder, a ZIP archive or an NPZ archive.", valueName: "set"))
    package var images: String

    @Option(
      name: .long,
      help: ArgumentHelp(
        "Labels of the images, \"index file\" or \"file index\" on each line; others are left out.",
        valueName: "file"))
    package var labels: String?

    @Option(
      name: .long,
      help: ArgumentHelp(
        "Names of the images' folders, one on each line, in the order of the classes.",
        valueName: "file"))
    package var classes: String?

    @Option(
      name: .long,
      help: ArgumentHelp("The output with the class scores, if several look so.", valueName: "name")
    )
    package var output: String?

    @Option(
      name: .long,
      help: ArgumentHelp("Run so many images only, spread evenly over the set.", valueName: "n"))
    package var limit: Int?

    @Flag(name: .long, help: "Leave out images that cannot be decoded, and count them.")
    package var skipBad = false

    @Option(name: .shortAndLong, help: .engine)
    package var engine: Engine?

    package init() {}

    package func validate() throws {
      if let limit, limit < 1 { throw ValidationError("--limit must be at least 1.") }
      if labels != nil, classes != nil {
        throw ValidationError("Give --labels or --classes, not both.")
      }
    }
  }

  package init() {}

  package func execute(_ console: Console) throws -> Int32 {
    let clock = ContinuousClock()
    let start = clock.now
    let model = try Model(contentsOf: model)
    let preprocessing = preprocessing.preprocessing
    let input = try ImageInput(of: model, plan: plan, preprocessing: preprocessing)
    let classes = try settings.classes.map(Labels.read)
    var set = try Progress(console).during("reading \(settings.images)") {
      try ImageSet(contentsOf: settings.images, labels: settings.labels, classes: classes)
    }
    for note in set.notes { console.note(note) }
    if let limit = settings.limit { set.keep(limit) }

    var loader = ImageLoader(
      set, preprocessing: preprocessing, inputSize: input.size,
      threads: plan.threads ?? Machine.coreCount, skipsBadImages: settings.skipBad)
    // Where the model leaves height and width free, the first image decides.
    guard let first = try loader.next(1).first else {
      throw HewnError(.invalidFile, "\(set.path): none of the images can be decoded")
    }
    let batch = plan.batch ?? input.batch ?? min(Self.usualBatch, set.items.count)
    let planes = first.planes
    let shape = [batch, planes.channels, planes.height, planes.width]
    let plan = try compile(
      model, plan.compileOptions(engine: settings.engine, inputShapes: [input.name: shape]),
      console)
    var evaluation = try Evaluation(plan, output: settings.output)
    try check(set, classCount: evaluation.classCount, output: evaluation.output)
    try Progress(console).showingPhases { update in
      let count = Self.chunkCount(batch: batch, inputByteCount: 4 * planes.values.count)
      var inputs = [first] + (try loader.next(count - 1))
      while !inputs.isEmpty {
        try evaluation.add(
          Tensor(
            shape: [inputs.count] + shape.dropFirst(), floats: inputs.flatMap(\.planes.values)),
          labels: inputs.map(\.item.label))
        let done = evaluation.imageCount + loader.skipped.count
        let top1 = Double(evaluation.top1Count) / Double(evaluation.imageCount)
        update(
          "evaluating, top-1 \(Numbers.percent(top1)) so far,",
          Double(done) / Double(set.items.count))
        inputs = try loader.next(count)
      }
    }
    note(loader.skipped.map(\.message), of: set, console)
    var report = evaluation.report(
      source: String(settings.images.split(separator: "/").last ?? "/"),
      skippedCount: loader.skipped.count)
    report.seconds = (clock.now - start) / .seconds(1)
    console.print(terminal.json ? try report.json() : ReportText.evaluate(report, console.style))
    return ExitStatus.success
  }

  /// The images to decode at a time: whole batches.
  package static func chunkCount(batch: Int, inputByteCount: Int) -> Int {
    let byMemory = chunkByteCount / max(1, inputByteCount) / batch
    return max(1, min((chunk + batch - 1) / batch, byMemory)) * batch
  }

  /// Compares labels with the model's classes, so that a wrong list is found before hours have
  /// passed.
  private func check(_ set: ImageSet, classCount: Int, output: String) throws {
    if let folders = set.folderCount, folders != classCount {
      throw HewnError(
        .invalidArgument,
        "\(set.path) has \(folders) folders for the \(classCount) classes of \"\(output)\"; give"
          + " --classes FILE with the names of the folders in the order of the classes")
    }
    if let item = set.items.first(where: { $0.label >= classCount }) {
      throw HewnError(
        .invalidArgument,
        "\(set.path): \(item.name) has label \(item.label), output \"\(output)\" has \(classCount)"
          + " classes, 0 to \(classCount - 1)")
    }
  }

  /// The errors of skipped images that are shown.
  private static let shownErrorCount = 3

  private func note(_ skipped: [String], of set: ImageSet, _ console: Console) {
    guard !skipped.isEmpty else { return }
    for error in skipped.prefix(Self.shownErrorCount) { console.note("left out: \(error)") }
    console.note("\(skipped.count) of \(set.items.count) images cannot be decoded and are left out")
  }
}

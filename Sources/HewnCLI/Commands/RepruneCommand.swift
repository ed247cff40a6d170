import ArgumentParser
import Datasets
import Hewn
import Images

extension Compensation: ExpressibleByArgument {}
extension ImportanceMeasure: ExpressibleByArgument {}
extension LossMeasure: ExpressibleByArgument {}

package struct RepruneCommand: ConsoleCommand {
  package static let configuration = CommandConfiguration(
    commandName: "reprune",
    abstract: "Drops the weights that cost more time than they are worth, and refits the others.",
    usage: "hewn reprune <model> --output <file> <budget> --images <set> [<options>]",
    discussion: Manual.discussion(
      """
      Goes on until a budget is used up: a loss of accuracy or an error of the outputs, which the \
      images that layers are not fitted to decide, a speed-up, or a share of zeros. Writes plain \
      ONNX with zeros, and on request the masks for fine-tuning. A budget that cannot be met \
      writes the best network that was found, and fails.

      A few hundred images suffice to fit layers to: --calibrate of --images, the others judge \
      the result, or those of --evaluation. Without images, weights go by their squares, and what \
      that costs is not known.
      """,
      examples: """
        hewn reprune net.onnx -o fast.onnx --max-accuracy-drop 0.5 --images val.zip
        hewn reprune net.onnx -o fast.onnx --speedup 1.3 --images photos
        hewn reprune net.onnx -o fast.onnx --zeros 90 --masks m.safetensors
        hewn reprune dense.onnx -o out.onnx --from-dense --zeros 70 --images val
        hewn reprune net.onnx --frontier 10 --images val --preprocess imagenet
        """, takesImages: true, failures: ExitStatus.table.map(\.code)))

  @Argument(help: "An ONNX file.")
  package var model: String

  @OptionGroup(title: "Budget") package var budget: BudgetOptions
  @OptionGroup(title: "Re-pruning options") package var settings: Settings
  @OptionGroup(title: "Image options") package var preprocessing: PreprocessingOptions
  @OptionGroup(title: "Plan options") package var plan: PlanOptions
  @OptionGroup(title: "Output options") package var terminal: TerminalOptions

  package struct BudgetOptions: ParsableArguments {
    @Option(
      name: .long,
      help: ArgumentHelp(
        "The greatest loss of top-1 accuracy, in percentage points.", valueName: "points"))
    package var maxAccuracyDrop: Double?

    @Option(
      name: .long,
      help: ArgumentHelp(
        "The greatest error of the outputs: KL divergence in nats for class scores, else the sum of"
          + " squared differences by that of squares; --loss says which.", valueName: "error"))
    package var maxError: Double?

    @Option(
      name: .long,
      help: ArgumentHelp(
        "How many times as fast as it is the network is to be.", valueName: "factor"))
    package var speedup: Double?

    @Option(
      name: .long,
      help: ArgumentHelp(
        "The least share of zeros in the layers that may be pruned.", valueName: "percent"))
    package var zeros: Double?

    @Option(
      name: .long,
      help: ArgumentHelp(
        "Instead of one network, so many from the one that is to the fastest; writes nothing.",
        valueName: "count"))
    package var frontier: Int?

    package init() {}

    package func validate() throws {
      let given = [maxAccuracyDrop, maxError, speedup, zeros].count { $0 != nil }
      guard given + (frontier == nil ? 0 : 1) == 1 else {
        throw ValidationError(
          "Give one of --max-accuracy-drop, --max-error, --speedup, --zeros and --frontier.")
      }
      if let frontier, frontier < 2 { throw ValidationError("--frontier must be at least 2.") }
    }

    /// `nil` for a frontier.
    package var budget: RepruneBudget? {
      if let maxAccuracyDrop { return .accuracyDrop(maxAccuracyDrop) }
      if let maxError { return .error(maxError) }
      if let speedup { return .speedup(speedup) }
      return zeros.map { .zeros($0) }
    }
  }

  package struct Settings: ParsableArguments {
    @Option(
      name: .shortAndLong,
      help: ArgumentHelp("The ONNX file to write; replaced where it exists.", valueName: "file"))
    package var output: String?

    @Option(
      name: .long,
      help: ArgumentHelp(
        "A safetensors file to write with the masks and the order of filters, for fine-tuning.",
        valueName: "file"))
    package var masks: String?

    @Flag(name: .long, help: "Do everything but write files.")
    package var dryRun = false

    @Option(
      name: .long,
      help: ArgumentHelp(
        "The images: a folder, a ZIP archive or an NPZ archive.", valueName: "set"))
    package var images: String?

    @Option(
      name: .long,
      help: ArgumentHelp(
        "Labels of --images, \"index file\" or \"file index\" on each line; others are left out.",
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
      help: ArgumentHelp(
        "How many of --images layers are fitted to, drawn by --seed (default: 256, or half of them).",
        valueName: "n"))
    package var calibrate: Int?

    @Option(
      name: .long,
      help: ArgumentHelp(
        "Other images that judge the result (default: those of --images that nothing is fitted to).",
        valueName: "set"))
    package var evaluation: String?

    @Option(
      name: .long,
      help: ArgumentHelp("Labels of --evaluation, as --labels.", valueName: "file"))
    package var evaluationLabels: String?

    @Option(
      name: .long,
      help: ArgumentHelp(
        "Judge by so many images only, spread evenly over the set.", valueName: "n"))
    package var limit: Int?

    @Flag(name: .long, help: "Leave out images that cannot be decoded, and count them.")
    package var skipBad = false

    @Option(
      name: .long,
      help: """
        What makes up for dropped weights (default: refit-slots): nothing, biases, all kept weights, or \
        also the slots that segments pay for anyway.
        """)
    package var compensation = Compensation.refitAndSlots

    @Option(
      name: .long,
      help: "What tells how much weights are worth (default: the best that a layer's size allows).")
    package var importance: ImportanceMeasure?

    @Option(
      name: .long,
      help: """
        How outputs are compared (default: by their shapes): class scores by divergence, or all by \
        squares, none as class scores, so that labels do not matter.
        """)
    package var loss: LossMeasure?

    @Option(
      name: .long,
      help: ArgumentHelp(
        "Keep weights in segments of at least so many rows; 1 allows single weights.",
        valueName: "rows"))
    package var leastHeight = 1

    @Flag(name: .long, help: "Prune layers without zeros too.")
    package var fromDense = false

    @Flag(
      name: .long,
      help: "Fit each layer to what the original network gives it, not to the changed one.")
    package var independent = false

    @Option(name: .long, help: ArgumentHelp("What is drawn at random by.", valueName: "n"))
    package var seed: UInt64 = 0

    @Option(
      name: .long,
      help: ArgumentHelp(
        "A folder to keep what takes long in, from which a stopped run goes on.",
        valueName: "folder"))
    package var checkpoint: String?

    @Option(
      name: .long,
      help: ArgumentHelp(
        "The images of a run for fitting and judging (default: 16).", valueName: "n"))
    package var imageBatch: Int?

    package init() {}

    package func validate() throws {
      if let imageBatch, imageBatch < 1 {
        throw ValidationError("--image-batch must be at least 1.")
      }
      if let calibrate, calibrate < 1 {
        throw ValidationError("--calibrate must be at least 1.")
      }
      if let limit, limit < 1 { throw ValidationError("--limit must be at least 1.") }
      if labels != nil, classes != nil {
        throw ValidationError("Give --labels or --classes, not both.")
      }
      guard leastHeight >= 1, leastHeight.nonzeroBitCount == 1 else {
        throw ValidationError("--least-height must be a power of two.")
      }
      if images == nil {
        for (name, isGiven) in [
          ("--labels", labels != nil), ("--classes", classes != nil),
          ("--calibrate", calibrate != nil), ("--evaluation", evaluation != nil),
          ("--limit", limit != nil), ("--skip-bad", skipBad), ("--image-batch", imageBatch != nil),
          ("--loss", loss != nil),
        ] where isGiven {
          throw ValidationError("\(name) needs --images.")
        }
      }
      if evaluationLabels != nil, evaluation == nil {
        throw ValidationError("--evaluation-labels needs --evaluation.")
      }
    }
  }

  package init() {}

  package func validate() throws {
    if budget.frontier != nil {
      if settings.output != nil || settings.masks != nil {
        throw ValidationError("--frontier writes no files; leave out --output and --masks.")
      }
    } else if settings.output == nil, !settings.dryRun {
      throw ValidationError("Give --output FILE, or --dry-run.")
    }
    if budget.maxAccuracyDrop != nil, settings.loss == .squares {
      throw ValidationError(
        "--max-accuracy-drop needs an output with class scores, and --loss squares takes none for such;"
          + " give --max-error.")
    }
    if settings.masks != nil, settings.output == nil {
      throw ValidationError("--masks needs --output.")
    }
  }

  package func execute(_ console: Console) throws -> Int32 {
    let start = ContinuousClock.now
    let model = try Model(contentsOf: model)
    let repruner = try Progress(console).during("reading \(model.summary.file)") {
      try Repruner(model, options)
    }
    if let output = settings.output, !settings.dryRun {
      try repruner.checkPaths(output: output, masks: settings.masks)
    }
    let images = try readImages(repruner, console)
    var report: RepruneReport
    if let budget = budget.budget {
      var found = try Progress(console).showingPhases { update in
        try repruner.reprune(
          to: budget, calibration: images.calibration, evaluation: images.evaluation,
          progress: update)
      }
      if let output = settings.output, !settings.dryRun {
        try Progress(console).during("writing \(output)") {
          try found.write(to: output, masks: settings.masks)
        }
      }
      report = found.report
    } else {
      report = try Progress(console).showingPhases { update in
        try repruner.frontier(
          count: budget.frontier ?? 2, calibration: images.calibration,
          evaluation: images.evaluation, progress: update)
      }
    }
    report.seconds = (ContinuousClock.now - start) / .seconds(1)
    for note in report.notes { console.note(note) }
    console.print(terminal.json ? try report.json() : ReportText.reprune(report, console.style))
    guard let budget = report.budget, !budget.isMet else { return ExitStatus.success }
    console.error(
      "the budget is not met: the best network that was found has \(ReportText.reached(budget))")
    return ExitStatus.status(of: .failedCheck)
  }

  /// What the options say.
  package var options: RepruneOptions {
    var options = RepruneOptions()
    options.compile = plan.compileOptions()
    options.compensation = settings.compensation
    options.importance = settings.importance
    options.loss = settings.loss
    options.leastHeight = settings.leastHeight
    options.prunesDense = settings.fromDense
    options.refitsInOrder = !settings.independent
    options.seed = settings.seed
    options.checkpoint = settings.checkpoint
    if let imageBatch = settings.imageBatch { options.calibrationBatch = imageBatch }
    return options
  }
}

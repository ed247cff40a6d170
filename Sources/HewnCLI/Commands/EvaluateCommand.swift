import ArgumentParser
import Hewn

package struct EvaluateCommand: ConsoleCommand {
  package static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measures how often a model finds the right class.",
    usage: "hewn evaluate <model> --images <set> [--against <other>] [<options>]",
    discussion: Manual.discussion(
      """
      Runs the model on every image of a set and counts how often the right class has the greatest \
      score (top-1) or one of the five greatest (top-5), with intervals of 95 % confidence \
      (Wilson).

      A set is a folder or ZIP archive of PNG and JPEG files, or an NPZ archive with the arrays x \
      (uint8, N×H×W or N×H×W×C) and y (integers). Labels of files come from --labels; else from \
      labels.txt or labels.csv in the set; else from the folders that the files lie in, whose \
      sorted names, or those of --classes, are the classes.

      With --against, another model runs on the same images: the report tells how the two differ \
      in accuracy, and how far the outputs of the model are from those of the other. Then the set \
      may have no labels. Intervals of means are those of the bootstrap, with 95 % confidence.

      The batch is that of the model's file; where that is free, 16, or the size of a smaller set.
      """,
      examples: """
        hewn evaluate model.onnx --images test.zip --preprocess cifar10
        hewn evaluate model.onnx --images val --labels val.txt --preprocess imagenet
        hewn evaluate model.onnx --images val --limit 1000 --batch 32 --json
        hewn evaluate model.onnx --images mnist.npz --preprocess mnist
        hewn evaluate pruned.onnx --against dense.onnx --images val --labels val.txt
        hewn evaluate denoiser.hewn --against denoiser.onnx --images photos --peak 1
        """, takesImages: true))

  @Argument(help: "An ONNX file, or a plan file of hewn compile.")
  package var model: String

  @OptionGroup(title: "Evaluate options") package var settings: Settings
  @OptionGroup(title: "Image options") package var preprocessing: PreprocessingOptions
  @OptionGroup(title: "Plan options") package var plan: PlanOptions
  @OptionGroup(title: "Output options") package var terminal: TerminalOptions

  package struct Settings: ParsableArguments {
    @Option(
      name: .long,
      help: ArgumentHelp(
        "The images: a folder, a ZIP archive or an NPZ archive.", valueName: "set"))
    package var images: String

    @Option(
      name: .long,
      help: ArgumentHelp(
        "Another ONNX or plan file: run it on the same images, and compare the model with it.",
        valueName: "other"))
    package var against: String?

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

    @Option(
      name: .long,
      help: ArgumentHelp(
        "With --against: the greatest value of pictures that PSNR is relative to (default: how far"
          + " the elements of the other model's pictures range).", valueName: "value"))
    package var peak: Double?

    @Option(
      name: .long,
      help: """
        With --against: how outputs are compared (default: by their shapes): class scores by \
        divergence, or all by squares, none as class scores, so that labels do not matter.
        """)
    package var loss: LossMeasure?

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
      if let peak {
        guard peak > 0, peak.isFinite else {
          throw ValidationError("--peak must be a positive number.")
        }
        guard against != nil else { throw ValidationError("--peak needs --against.") }
      }
      if let loss {
        guard against != nil else { throw ValidationError("--loss needs --against.") }
        if loss == .squares, output != nil {
          throw ValidationError(
            "--output names class scores, and --loss squares takes no output for such.")
        }
      }
    }
  }

  package init() {}

  package func execute(_ console: Console) throws -> Int32 {
    let start = ContinuousClock.now
    let model = try Model(contentsOf: model)
    let text =
      if let other = settings.against {
        try compare(model, with: Model(contentsOf: other), since: start, console)
      } else {
        try evaluate(model, since: start, console)
      }
    console.print(text)
    return ExitStatus.success
  }

  /// The report of one model as text.
  private func evaluate(
    _ model: Model, since start: ContinuousClock.Instant, _ console: Console
  ) throws -> String {
    let input = try ImageInput(
      of: model, plan: plan, preprocessing: preprocessing.preprocessing)
    var images = try openImages(size: input.size, requiresLabels: true, console)
    let shape = [batch(input.batch, images)] + images.shape
    let plan = try compile(
      model, plan.compileOptions(engine: settings.engine, inputShapes: [input.name: shape]),
      console)
    var evaluation = try Evaluation(plan, output: settings.output)
    if let mismatch = Self.mismatch(
      of: images.set, classCount: evaluation.classCount, output: evaluation.output)
    {
      throw HewnError(.invalidArgument, mismatch)
    }
    try Progress(console).showingPhases { update in
      let count = Self.chunkCount(batch: shape[0], inputByteCount: 4 * images.shape.reduce(1, *))
      while let chunk = try images.next(count) {
        try evaluation.add(chunk.images, labels: chunk.labels ?? [])
        let top1 = Double(evaluation.top1Count) / Double(evaluation.imageCount)
        update("evaluating, top-1 \(Numbers.percent(top1)) so far,", images.fraction)
      }
    }
    images.noteSkipped(console)
    var report = evaluation.report(source: images.source, skippedCount: images.skippedCount)
    report.seconds = (ContinuousClock.now - start) / .seconds(1)
    return terminal.json ? try report.json() : ReportText.evaluate(report, console.style)
  }
}

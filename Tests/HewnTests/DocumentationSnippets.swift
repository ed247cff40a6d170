import Hewn

/// The code of the articles and of the README, so that it compiles as long as they are true.
///
/// `Scripts/docs` compiles this file against the public interface alone.
private enum Snippets {
  static func gettingStarted(pixels: [Float]) throws {
    let model = try Model(contentsOf: "resnet20.onnx")
    let plan = try model.compile()
    var session = try plan.makeSession()
    let outputs = try session.run(["input": Tensor(shape: [1, 3, 32, 32], floats: pixels)])

    for port in model.inputs {
      print(port.name, port.elementType, port.dimensions ?? [])
    }

    if let logits = outputs["logits"] {
      for item in try ClassScores.top(3, of: logits, labels: ["airplane", "automobile", "bird"]) {
        for score in item.classes {
          print(score.label ?? "class \(score.index)", score.probability)
        }
      }
    }
  }

  static func run(_ model: Model, image: Tensor) throws -> [String: Tensor] {
    let plan = try model.compile(CompileOptions(engine: .sparse, batch: 8, threads: 2))

    var session = try plan.makeSession()
    try session.setInputs(["input": image])
    try session.execute()
    let outputs = try session.readOutputs()
    return outputs
  }

  static func bind() -> CompileOptions {
    let options = CompileOptions(shapes: ["input": [1, 3, 480, 640]])
    return options
  }

  static func chooseGPU() -> CompileOptions {
    let options = CompileOptions(device: .cuda, batch: 8, precision: .f16, fallsBackToCPU: true)
    return options
  }

  static func check(_ model: Model, _ plan: Plan, inputs: [String: Tensor]) throws {
    var options = CompileOptions()
    options.device = .reference
    options.optimizes = false
    var reference = try model.compile(options).makeSession()
    let expected = try reference.run(inputs)
    let report = try plan.compare(
      inputs: inputs, expected: expected, against: "reference", tolerance: 1e-4, seed: nil)
    print(report.passed)
  }

  static func inspect(_ plan: Plan) {
    for layer in plan.layers where layer.engine == "sparse" {
      print(layer.name, layer.reason)
    }

    for layer in plan.layers {
      if let segments = layer.segments, let leaves = layer.leaves, let zeros = layer.zeros {
        print(layer.name, zeros, segments, leaves, layer.filledSlots ?? 0)
      }
    }

    let report = plan.inspect(includesPasses: true)
    if let chosen = report.totals.predictedMilliseconds,
      let dense = report.totals.predictedDenseMilliseconds
    {
      print("\(dense / chosen) times as fast as dense, by prediction")
    }
  }

  static func measure(_ model: Model) throws {
    let engines: [Engine] = [.sparse, .dense]
    let plans = try engines.map { try model.compile(CompileOptions(engine: $0)) }
    var benchmark = Benchmark()
    benchmark.profiles = true
    let report = try benchmark.run(plans)
    print(report.speedup ?? 1)
    for layer in report.layers where layer.isWrongChoice == true {
      print(layer.name, layer.milliseconds)
    }
  }

  static func tune() throws {
    let costs = try Tuner().measure()
    try costs.write()
  }

  static func writePlan(of model: Model) throws -> Plan {
    let plan = try model.compile(CompileOptions(batch: 1), writingTo: "resnet20.hewn")
    return plan
  }

  static func readPlan() throws -> Plan {
    let model = try Model(contentsOf: "resnet20.hewn")
    let plan = try model.compile()

    if let options = model.compiledOptions {
      print(options.shapes, options.engine ?? .sparse)
    }
    return plan
  }

  static func evaluate(_ model: Model, images: Tensor) throws {
    let plan = try model.compile(CompileOptions(batch: 16))
    var evaluation = try Evaluation(plan)
    try evaluation.add(images, labels: [3, 0, 7])
    print(evaluation.report().top1.accuracy)

    let report = evaluation.report(source: "test.zip")
    print(report.top1.count, report.top1.lower, report.top1.upper)
    print(try report.json())
  }

  static func evaluatePair(_ model: Model, original: Model, images: Tensor) throws {
    let options = CompileOptions(batch: 16)
    var pair = try PairedEvaluation(
      model.compile(options), other: original.compile(options))
    try pair.add(images, labels: [3, 0, 7])
    let report = pair.report()
    if let top1 = report.accuracy?.top1, let points = top1.differencePoints {
      print(points.mean, points.lower, points.upper, top1.modelOnlyCount, top1.otherOnlyCount)
    }
    for (name, output) in report.outputs {
      print(name, output.meanRelative?.mean ?? 0, output.divergence?.nats?.mean ?? 0)
    }
  }

  static func images(
    _ images: Tensor, labels: [Int], decode: @escaping @Sendable ([Int]) throws -> Tensor
  ) throws -> (RepruneImages, RepruneImages) {
    let train = try RepruneImages([images])
    let test = RepruneImages(count: 10_000, labels: labels, source: "test set") { indices in
      try decode(indices)
    }
    return (train, test)
  }

  static func reprune(train: RepruneImages, test: RepruneImages) throws {
    var options = RepruneOptions()
    options.compile = CompileOptions(batch: 8, threads: 2)
    let repruner = try Repruner(try Model(contentsOf: "pruned.onnx"), options)
    var found = try repruner.reprune(
      to: .accuracyDrop(0.5), calibration: train, evaluation: test
    ) { phase, fraction in
      print(phase, fraction)
    }

    try found.write(to: "faster.onnx", masks: "faster.safetensors")
    if let result = found.report.result, found.report.budget?.isMet == true {
      print(result.zeros, result.networkMilliseconds ?? 0, result.accuracy ?? 0)
    }
    for layer in found.report.layers where layer.form == "repruned" {
      print(layer.name, layer.droppedCount, layer.relativeError)
    }
  }

  static func errors() throws {
    do {
      _ = try Model(contentsOf: "model.onnx").compile()
    } catch let error as HewnError where error.code == .unsupported {
      print("Hewn cannot run this model:", error.node ?? "", error.message)
    }
  }

  static func status(of error: HewnError) -> Int32 {
    let status = ExitStatus.status(of: error.code)
    return status
  }
}

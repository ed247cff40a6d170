internal import CPUBackend
internal import Graphs
internal import PlanFiles
internal import ReferenceBackend
internal import Runtime
internal import Tensors

extension Model {
  /// The options that a plan file was compiled with; `nil` for a model.
  public var compiledOptions: CompileOptions? {
    guard case .plan(let file, _) = source else { return nil }
    let inputs = file.model.graph.inputs.map { file.model.graph[$0] }
    return CompileOptions(
      engine: Engine(file.model.engine),
      shapes: Dictionary(
        inputs.map { ($0.name, $0.type.shape.dimensions) }, uniquingKeysWith: { first, _ in first }),
      threads: file.model.threads)
  }

  /// Optimises the model, lowers it to this processor, and keeps the result in a plan file.
  ///
  /// The file appears whole or not at all. It is for processors with the same best instruction set,
  /// for this version of the format, and for the shapes of `options`. Equal models and options give
  /// equal files.
  ///
  /// - Parameters:
  ///   - options: how to compile it, for the device `cpu`.
  ///   - path: the file to write; its name should end in `.hewn`.
  /// - Returns: the plan, ready to run.
  /// - Throws: ``HewnError``: as ``compile(_:)``; `invalidArgument` for another device than `cpu` and
  ///   for a model that is a plan file itself, `io` for a file that cannot be written.
  public func compile(_ options: CompileOptions, writingTo path: String) throws -> Plan {
    let threads = try options.checkedThreads()
    guard options.device == .cpu else {
      throw HewnError(
        .invalidArgument,
        "plan files are for the device cpu, not \(options.device.rawValue): compile without a"
          + " device; where the plan file runs on another one, its network is lowered to that anew")
    }
    guard case .network(let file) = source else {
      throw HewnError(
        .invalidArgument, "\(summary.planFile ?? "the model") is a plan already; give the model")
    }
    return try rethrowing {
      let lowering = try Lowering(file, options, threads: threads)
      guard let core = lowering.core as? CPUPlan else {
        throw HewnError(.internal, "a plan for the device cpu is none of the CPU")
      }
      let plan = Plan(lowering, model: summary, options, threads: threads)
      try PlanFile.write(
        CompiledModel(
          origin: ModelOrigin(summary), graph: lowering.graph, passes: lowering.passes,
          engine: plan.engine.core, threads: threads, instructionSet: core.instructionSet,
          processor: Processor.name, costs: lowering.costs,
          partCost: lowering.partCost, layers: core.compiled),
        to: path)
      return plan
    }
  }

  /// The plan of a plan file.
  func plan(of file: PlanFile, _ options: CompileOptions, threads: Int) throws -> Plan {
    let model = file.model
    try checkShapes(of: model, options)
    var options = options
    options.engine = options.engine ?? Engine(model.engine)
    var graph = model.graph
    if options.device == .cpu, let processor = Processor.name, let compiled = model.processor,
      compiled != processor
    {
      graph.notes.append(
        "\(summary.planFile ?? "the plan") was compiled on \(compiled); compiled on this machine,"
          + " \(processor), it may run faster")
    }
    guard options.device == .cpu, options.engine == Engine(model.engine) else {
      try file.verifyWeights()
      let lowering = try Lowering(
        graph, passes: model.passes,
        compiler: try Device.makeCompiler(options, threads: threads), options, threads: threads)
      return Plan(lowering, model: summary, options, threads: threads)
    }
    var costs = CPUCostTable.builtIn(for: model.instructionSet).withCachesOfProcessor()
    costs.part = model.partCost ?? costs.part
    let core = try CPUBackend(
      instructionSet: model.instructionSet, costs: costs, evaluate: Reference.evaluate
    ).compile(
      graph, options: Runtime.CompileOptions(engine: model.engine, threads: threads),
      compiled: model.layers)
    return Plan(
      core, model: summary, device: .cpu, instructionSet: model.instructionSet.rawValue,
      costs: model.costs.map(CostSummary.init),
      engine: Engine(model.engine), threads: threads, passes: model.passes.map(PassSummary.init),
      notes: graph.notes)
  }

  /// - Throws: `invalidArgument` for shapes that are not those of the plan.
  private func checkShapes(of model: CompiledModel, _ options: CompileOptions) throws {
    let inputs = model.graph.inputs.map { model.graph[$0] }
    let name = summary.planFile ?? "the plan"
    for (input, wanted) in options.shapes.sorted(by: { $0.key < $1.key }) {
      guard let value = inputs.first(where: { $0.name == input }) else {
        throw HewnError(
          .invalidArgument,
          "there is no input \"\(input)\"; the inputs are \(quoted(inputs.map(\.name)))")
      }
      let shape = value.type.shape
      guard shape.dimensions == wanted else {
        throw HewnError(
          .invalidArgument,
          "\(name) was compiled for \"\(input)\" of \(shape), not"
            + " \(wanted.map(String.init).joined(separator: "×")); compile the model again with that"
            + " shape")
      }
    }
    guard let batch = options.batch else { return }
    for input in inputs where options.shapes[input.name] == nil {
      guard let first = input.type.shape.dimensions.first, first != batch else { continue }
      throw HewnError(
        .invalidArgument,
        "\(name) was compiled for batch \(first), not \(batch); compile the model again with that"
          + " batch")
    }
  }
}

extension Model.Source {
  /// Reads a plan file.
  static func plan(_ bytes: FileBytes, name: String) throws(Tensors.HewnError) -> Model.Source {
    do {
      return .plan(try PlanFile(bytes), name: name)
    } catch {
      throw Tensors.HewnError(error.code, "\(name): \(error.message)", node: error.node)
    }
  }
}

extension Engine {
  init(_ engine: Runtime.Engine) {
    switch engine {
    case .sparse: self = .sparse
    case .dense: self = .dense
    }
  }
}

extension ModelSummary {
  init(_ origin: ModelOrigin, planFile: String) {
    self.init(
      name: origin.name, file: origin.file, byteCount: origin.byteCount, opset: origin.opset,
      producer: origin.producer, planFile: planFile)
  }
}

extension ModelOrigin {
  init(_ summary: ModelSummary) {
    self.init(
      name: summary.name, file: summary.file, byteCount: summary.byteCount,
      opset: summary.opset, producer: summary.producer, hewnVersion: Release.version)
  }
}

internal import CPUBackend
internal import GPUBackend
internal import GPUKernels
internal import Graphs
internal import KernelIR
internal import PlanFiles
internal import ReferenceBackend
internal import Runtime
internal import Tensors

extension Model {
  /// The options that a plan file was compiled with; `nil` for a model.
  public var compiledOptions: CompileOptions? {
    guard case .plan(let file, _) = source else { return nil }
    let model = file.model
    let inputs = model.graph.inputs.map { model.graph[$0] }
    var options = CompileOptions(
      device: .cpu, engine: Engine(model.engine),
      shapes: Dictionary(
        inputs.map { ($0.name, $0.type.shape.dimensions) }, uniquingKeysWith: { first, _ in first }),
      threads: model.threads)
    if case .gpu(let compiled) = model.target {
      options.device = compiled.isEmulated ? .emulator : .cuda
      options.precision = Precision(compiled.precision)
      options.fallsBackToCPU = compiled.evaluatesOnHost
    }
    return options
  }

  /// Optimises the model, lowers it to a device, and keeps the result in a plan file.
  ///
  /// The file appears whole or not at all. It is for processors with the same best instruction set, or for
  /// GPUs of the same generation; for this version of the format, and for the shapes of `options`. Equal
  /// models and options give equal files.
  ///
  /// - Parameters:
  ///   - options: how to compile it, for another device than `reference`.
  ///   - path: the file to write; its name should end in `.hewn`.
  /// - Returns: the plan, ready to run.
  /// - Throws: ``HewnError``: as ``compile(_:)``; `invalidArgument` for the device `reference` and
  ///   for a model that is a plan file itself, `io` for a file that cannot be written.
  public func compile(_ options: CompileOptions, writingTo path: String) throws -> Plan {
    let complete = try CompleteOptions(options, compiled: nil)
    guard complete.device != .reference else {
      throw HewnError(
        .invalidArgument,
        "the device reference decides nothing that a plan file could keep: compile for another one")
    }
    guard case .network(let file) = source else {
      throw HewnError(
        .invalidArgument, "\(summary.planFile ?? "the model") is a plan already; give the model")
    }
    return try rethrowing {
      let lowering = try Lowering(
        try BoundNetwork(file, options), try Device.makeCompiler(complete), complete)
      let plan = Plan(lowering, model: summary, complete)
      try PlanFile.write(
        CompiledModel(
          origin: ModelOrigin(summary), graph: lowering.graph, passes: lowering.passes,
          engine: complete.engine.core, threads: complete.threads,
          target: try lowering.compiledTarget(complete)),
        to: path)
      return plan
    }
  }

  /// The plan of a plan file: as it was compiled, or of its network for another device, engine or precision.
  func plan(of file: PlanFile, _ options: CompleteOptions) throws -> Plan {
    let model = file.model
    guard options.engine == Engine(model.engine) else { return try lower(file, options) }
    switch model.target {
    case .cpu(let compiled) where options.device == .cpu:
      return try plan(of: model, compiled, options)
    case .gpu(let compiled)
    where options.device.isGPU && options.precision == Precision(compiled.precision):
      return try plan(of: model, compiled, options)
    default: return try lower(file, options)
    }
  }

  /// Lowers the network of a plan file anew.
  private func lower(_ file: PlanFile, _ options: CompleteOptions) throws -> Plan {
    try file.verifyWeights()
    let network = BoundNetwork(graph: file.model.graph, passes: file.model.passes)
    let compiler = try Device.makeCompiler(options)
    return Plan(try Lowering(network, compiler, options), model: summary, options)
  }

  private func plan(
    of model: CompiledModel, _ compiled: CompiledForCPU, _ options: CompleteOptions
  ) throws -> Plan {
    var costs = CPUCostTable.builtIn(for: compiled.instructionSet).withCachesOfProcessor()
    costs.part = compiled.partCost ?? costs.part
    let core = try CPUBackend(
      instructionSet: compiled.instructionSet, costs: costs, evaluate: Reference.evaluate
    ).compile(model.graph, options: options.core, compiled: compiled.layers)
    return Plan(
      core, model: summary, device: .cpu, instructionSet: compiled.instructionSet.rawValue,
      costs: compiled.costs.map(CostSummary.init), engine: options.engine,
      threads: options.threads, passes: model.passes.map(PassSummary.init),
      notes: model.graph.notes + notes(compiledOn: compiled.processor, now: Processor.name))
  }

  private func plan(
    of model: CompiledModel, _ compiled: CompiledForGPU, _ options: CompleteOptions
  ) throws -> Plan {
    // Costs decided when it was compiled, and what there is to note of them was noted then.
    let backend = try Device.makeGPUBackend(options).backend
    let figures = backend.figures
    guard figures.target == compiled.generation else {
      throw HewnError(
        .unsupported,
        "the plan was compiled for GPUs of generation \(compiled.generation.rawValue), \(figures.name)"
          + " is of \(figures.target.rawValue); compile the model again here")
    }
    let core = try backend.compileForGPU(
      model.graph, options: options.core, choices: compiled.choices)
    return Plan(
      core, model: summary, device: options.device, instructionSet: nil, gpu: figures.name,
      precision: options.precision, costs: nil, engine: options.engine, threads: options.threads,
      passes: model.passes.map(PassSummary.init),
      notes: model.graph.notes + notes(compiledOn: compiled.gpu, now: figures.name))
  }

  /// What to note where a plan was compiled on another machine.
  private func notes(compiledOn machine: String?, now here: String?) -> [String] {
    guard let machine, let here, machine != here else { return [] }
    return [
      "\(summary.planFile ?? "the plan") was compiled on \(machine); compiled on this machine, \(here), it"
        + " may run faster"
    ]
  }

  /// - Throws: `invalidArgument` for shapes that are not those of the plan.
  func checkShapes(of model: CompiledModel, _ options: CompileOptions) throws {
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

extension Lowering {
  /// What a plan file keeps of it.
  fileprivate func compiledTarget(
    _ options: CompleteOptions
  ) throws(HewnError) -> CompiledModel.Target {
    if let plan = core as? CPUPlan {
      return .cpu(
        CompiledForCPU(
          instructionSet: plan.instructionSet, processor: Processor.name, costs: costs,
          partCost: partCost, layers: plan.compiled))
    }
    guard let plan = core as? GPUPlan else {
      throw HewnError(.internal, "a plan for \(options.device.rawValue) of an unknown kind")
    }
    return .gpu(
      CompiledForGPU(
        isEmulated: options.device == .emulator, gpu: plan.figures.name,
        generation: plan.figures.target, precision: options.precision.core,
        evaluatesOnHost: options.fallsBackToCPU, choices: plan.program.choices))
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

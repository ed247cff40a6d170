internal import CPUBackend
internal import Graphs
internal import ONNXFormat
internal import Passes
internal import PlanFiles
internal import ReferenceBackend
internal import Runtime
internal import Tensors

/// A network as its file states it, with extents still free, or a plan file, where everything is
/// decided.
///
/// ```swift
/// let model = try Model(contentsOf: "resnet20.onnx")
/// let plan = try model.compile()
/// var session = try plan.makeSession()
/// let outputs = try session.run(["input": Tensor(shape: [1, 3, 32, 32], floats: pixels)])
/// ```
///
/// Compiling takes seconds for large networks. ``compile(_:writingTo:)`` keeps its result in a plan
/// file, which is read and compiled like a model, in milliseconds.
public struct Model: Sendable {
  /// One extent of an input or output.
  public enum Dimension: Hashable, Sendable {
    /// The same in every plan, but for the batch, which may be replaced.
    case fixed(Int)
    /// Decided when compiling; the name is the file's, if it gives one.
    case free(name: String?)
  }

  /// An input or output as the file declares it.
  public struct Port: Sendable {
    /// The name in the file, by which tensors are given and returned.
    public let name: String
    /// The type of the elements.
    public let elementType: ElementType
    /// The extents; `nil` where the file declares no shape.
    public let dimensions: [Dimension]?
  }

  enum Source: Sendable {
    case network(ONNXModel)
    /// A plan file, and its name without its folder.
    case plan(PlanFile, name: String)
  }

  let source: Source

  /// Reads an ONNX file or a plan file.
  ///
  /// A plan file is mapped into memory, and must not be changed in place while the model or one of its
  /// plans is in use.
  ///
  /// - Throws: ``HewnError``: `io` for a file that cannot be read, `invalidFile` for one that is no
  ///   valid model or a damaged plan, `unsupported` for a valid model that uses what Hewn lacks, and
  ///   for a plan of another version or for other processors.
  public init(contentsOf path: String) throws {
    source = try rethrowing {
      guard PlanFile.isLikely(path: path) else {
        return .network(try ONNXModel.read(contentsOf: path))
      }
      let name = path.split(separator: "/").last.map(String.init) ?? path
      return try .plan(FileBytes(mapping: path), name: name)
    }
  }

  /// Reads the bytes of an ONNX file or a plan file.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - name: what errors call it.
  /// - Throws: as `init(contentsOf:)`.
  public init(bytes: [UInt8], name: String = "model") throws {
    source = try rethrowing {
      PlanFile.isLikely(bytes: bytes)
        ? try .plan(FileBytes(copying: bytes), name: name)
        : .network(try ONNXModel.read(bytes: bytes, fileName: name))
    }
  }

  /// The inputs that must be given to run the model.
  public var inputs: [Port] {
    switch source {
    case .network(let file): file.template.inputs.map(Port.init)
    case .plan(let file, _): file.model.graph.inputs.map { Port(file.model.graph[$0]) }
    }
  }

  /// What the model computes.
  public var outputs: [Port] {
    switch source {
    case .network(let file): file.template.outputs.map(Port.init)
    case .plan(let file, _): file.model.graph.outputs.map { Port(file.model.graph[$0]) }
    }
  }

  /// What the file says about itself; for a plan file, about the model that it was compiled from.
  public var summary: ModelSummary {
    switch source {
    case .network(let file):
      ModelSummary(
        name: file.template.name, file: file.fileName, byteCount: file.fileByteCount,
        opset: file.opset, producer: file.producer)
    case .plan(let file, let name): ModelSummary(file.model.origin, planFile: name)
    }
  }

  /// Optimises the model and lowers it to a device; of a plan file, reads the result.
  ///
  /// A plan file fits its own shapes alone. With another device, engine or precision than its own, its
  /// network, which was optimised, is lowered anew; what options leave open is its own. A session may run with other threads than those that it
  /// was compiled for.
  ///
  /// - Throws: ``HewnError``: `invalidArgument` for options that do not fit the model,
  ///   `unsupported` with the node and the reason for what the device cannot run, `invalidFile` for a
  ///   damaged plan.
  public func compile(_ options: CompileOptions = CompileOptions()) throws -> Plan {
    try compile(options, compiler: nil)
  }

  /// - Parameter compiler: `nil` for that of the options.
  func compile(_ options: CompileOptions, compiler: Device.Compiler?) throws -> Plan {
    let complete = try CompleteOptions(options, compiled: compiledOptions)
    return try rethrowing(of: summary.file) {
      switch source {
      case .network(let file):
        let network = try BoundNetwork(file, options)
        let compiler = try compiler ?? Device.makeCompiler(complete)
        return Plan(
          try Lowering(network, compiler, complete), model: summary, complete)
      case .plan(let file, _):
        try checkShapes(of: file.model, options)
        return try plan(of: file, complete)
      }
    }
  }
}

/// A network with its shapes, optimised.
struct BoundNetwork {
  var graph: Graph
  var passes: [PassReport]

  init(graph: Graph, passes: [PassReport]) {
    self.graph = graph
    self.passes = passes
  }

  init(_ file: ONNXModel, _ options: CompileOptions) throws {
    let bindings = ShapeBindings(
      batch: options.batch, shapes: try options.shapes.mapValues { try Shape(checking: $0) })
    let evaluate = BoundedEvaluation(Reference.evaluate).evaluator
    graph = try file.template.bind(bindings, evaluate: evaluate)
    passes = []
    if options.optimizes {
      let result = try PassPipeline.standard(evaluate: evaluate).run(graph)
      graph = result.graph
      passes = result.reports
    }
  }
}

/// A network that was lowered to a device.
struct Lowering {
  let graph: Graph
  let passes: [PassReport]
  let core: any Runtime.Plan
  let instructionSet: String?
  let gpu: String?
  let costs: CostOrigin?
  let partCost: Double?

  init(_ network: BoundNetwork, _ compiler: Device.Compiler, _ options: CompleteOptions) throws {
    core = try compiler.backend.compile(network.graph, options: options.core)
    var graph = network.graph
    if let note = compiler.note { graph.notes.append(note) }
    self.graph = graph
    passes = network.passes
    instructionSet = compiler.instructionSet
    gpu = compiler.gpu
    costs = compiler.costs
    partCost = compiler.partCost
  }
}

extension CompleteOptions {
  var core: Runtime.CompileOptions {
    Runtime.CompileOptions(engine: engine.core, threads: threads, precision: precision.core)
  }
}

extension Plan {
  init(_ lowering: Lowering, model: ModelSummary, _ options: CompleteOptions) {
    self.init(
      lowering.core, model: model, device: options.device,
      instructionSet: lowering.instructionSet, gpu: lowering.gpu, precision: options.precision,
      costs: lowering.costs.map(CostSummary.init),
      engine: options.engine, threads: options.threads,
      passes: lowering.passes.map(PassSummary.init), notes: lowering.graph.notes)
  }
}

extension Model.Port {
  fileprivate init(_ port: GraphTemplate.Port) {
    self.init(
      name: port.name, elementType: ElementType(port.element),
      dimensions: port.dimensions?.map { dimension in
        switch dimension {
        case .fixed(let extent): .fixed(extent)
        case .symbol(let name): .free(name: name)
        case .unknown: .free(name: nil)
        }
      })
  }

  fileprivate init(_ value: Value) {
    self.init(
      name: value.name, elementType: ElementType(value.type.element),
      dimensions: value.type.shape.dimensions.map { .fixed($0) })
  }
}

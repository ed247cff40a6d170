package import Graphs
package import Runtime
package import Tensors

/// How networks are compiled and run for calibration.
package struct NetworkRunner: Sendable {
  package let backend: any Backend
  package let options: CompileOptions
  /// What a graph goes through before it is compiled: passes.
  package let optimize: @Sendable (Graph) throws -> Graph

  package init(
    _ backend: any Backend, options: CompileOptions,
    optimize: @escaping @Sendable (Graph) throws -> Graph = { $0 }
  ) {
    self.backend = backend
    self.options = options
    self.optimize = optimize
  }

  /// Makes what computes some values of a graph.
  ///
  /// - Throws: what compiling throws, `outOfMemory`.
  func computation(of values: [ValueID], in graph: Graph) throws -> Computation {
    try Computation(of: values, in: graph, runner: self)
  }
}

/// Computes some values of a graph from its inputs.
struct Computation {
  private enum Source {
    case input(Int)
    case constant(Tensor)
    case output(Int)
  }

  private let sources: [Source]
  /// `nil` where nothing has to be computed.
  private let session: (any PlanSession)?
  /// The bytes of activations and weights that it holds.
  let byteCount: Int

  fileprivate init(of values: [ValueID], in graph: Graph, runner: NetworkRunner) throws {
    var computed: [ValueID] = []
    sources = values.map { value in
      if let index = graph.inputs.firstIndex(of: value) { return .input(index) }
      if let constant = graph[value].constant { return .constant(constant) }
      if let index = computed.firstIndex(of: value) { return .output(index) }
      computed.append(value)
      return .output(computed.count - 1)
    }
    guard !computed.isEmpty else {
      session = nil
      byteCount = 0
      return
    }
    let part = try runner.optimize(graph.part(computing: computed))
    let plan = try runner.backend.compile(part, options: runner.options)
    byteCount = plan.arenaByteCount.saturatingAdd(plan.weightByteCount)
    session = try plan.makeSession()
  }

  /// The values, for tensors of all inputs of the graph.
  ///
  /// - Throws: `invalidArgument` for tensors that do not fit, and what running throws.
  func callAsFunction(_ inputs: [Tensor]) throws -> [Tensor] {
    if let session {
      for (index, input) in inputs.enumerated() { try session.setInput(index, input) }
      try session.execute()
    }
    return try sources.map { source in
      switch source {
      case .input(let index): inputs[index]
      case .constant(let tensor): tensor
      case .output(let index):
        // A source is an output only where there is a session.
        if let session { try session.output(index) } else { preconditionFailure("no session") }
      }
    }
  }
}

/// Where a plan runs.
public enum Device: String, Sendable, CaseIterable, Codable {
  /// The processor, with fast kernels.
  case cpu
  /// The processor, one plain loop for each operator in double precision: slow, and the measure
  /// of correctness.
  case reference
}

/// Which kernels convolutions and matrix products use.
public enum Engine: String, Sendable, CaseIterable, Codable {
  /// For each layer sparse or dense, whichever is predicted faster.
  case sparse
  /// The dense kernels for every layer.
  case dense
}

/// How a model becomes a plan.
public struct CompileOptions: Sendable {
  /// What the plan runs on.
  public var device: Device
  /// The kernels to choose from; `nil` is the engine of a plan file, `sparse` for a model.
  public var engine: Engine?
  /// The first extent of every input; `nil` keeps what the model states, 1 where that is free.
  public var batch: Int?
  /// Whole input shapes by name; they win over `batch`.
  public var shapes: [String: [Int]]
  /// The threads that a session runs with; `nil` uses every core.
  public var threads: Int?
  /// Whether the graph is optimised first. Without, operators run exactly as the file states them.
  public var optimizes: Bool

  /// The costs of kernels that layers are decided by. A plan file keeps those it was compiled with.
  public var costs: Costs

  /// Makes options; without arguments, those of `hewn` without options.
  public init(
    device: Device = .cpu, engine: Engine? = nil, batch: Int? = nil,
    shapes: [String: [Int]] = [:], threads: Int? = nil, optimizes: Bool = true,
    costs: Costs = .automatic
  ) {
    self.device = device
    self.engine = engine
    self.batch = batch
    self.shapes = shapes
    self.threads = threads
    self.optimizes = optimizes
    self.costs = costs
  }
}

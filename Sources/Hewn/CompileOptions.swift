/// Where a plan runs.
public enum Device: String, Sendable, CaseIterable, Codable {
  /// The processor, with fast kernels.
  case cpu
  /// The processor, one plain loop for each operator in double precision: slow, and the measure
  /// of correctness.
  case reference
  /// An NVIDIA GPU, through its driver.
  case cuda
  /// A GPU's kernels, instruction by instruction, on the processor: slow; shows what a GPU would
  /// compute.
  case emulator

  /// Whether kernels for GPUs compute, on whatever.
  package var isGPU: Bool {
    switch self {
    case .cpu, .reference: false
    case .cuda, .emulator: true
    }
  }
}

/// What the devices ``Device/cuda`` and ``Device/emulator`` compute convolutions and matrix products
/// in. Sums are in single precision always.
public enum Precision: String, Sendable, CaseIterable, Codable {
  /// Single precision throughout.
  case f32
  /// Operands of products rounded to 10 bits of fraction; activations in single precision.
  case tf32
  /// Weights and activations in half precision.
  case f16
  /// Weights and activations with the exponents of single precision and 7 bits of fraction.
  case bf16
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
  /// What the plan runs on; `nil` is the device of a plan file, `cpu` for a model.
  public var device: Device?
  /// The kernels to choose from; `nil` is the engine of a plan file, `sparse` for a model.
  public var engine: Engine?
  /// The first extent of every input; `nil` keeps what the model states, 1 where that is free.
  public var batch: Int?
  /// Whole input shapes by name; they win over `batch`.
  public var shapes: [String: [Int]]
  /// The threads that a session runs with; `nil` uses every core. They do not matter on `cuda`.
  public var threads: Int?
  /// Whether the graph is optimised first. Without, operators run exactly as the file states them.
  public var optimizes: Bool

  /// What GPUs compute in; `nil` is the precision of a plan file for GPUs, else `f32`. Other devices take
  /// `f32` alone.
  public var precision: Precision?
  /// Whether the processor computes nodes for which there is no GPU kernel, slowly: their layers have
  /// the engine `reference` and a reason. Without, such nodes are refused. The device `cpu` always
  /// does so.
  public var fallsBackToCPU: Bool

  /// The costs of kernels that layers are decided by. A plan file keeps those it was compiled with.
  public var costs: Costs

  /// Makes options; without arguments, those of `hewn` without options.
  public init(
    device: Device? = nil, engine: Engine? = nil, batch: Int? = nil,
    shapes: [String: [Int]] = [:], threads: Int? = nil, optimizes: Bool = true,
    costs: Costs = .automatic, precision: Precision? = nil, fallsBackToCPU: Bool = false
  ) {
    self.device = device
    self.engine = engine
    self.batch = batch
    self.shapes = shapes
    self.threads = threads
    self.optimizes = optimizes
    self.costs = costs
    self.precision = precision
    self.fallsBackToCPU = fallsBackToCPU
  }
}

/// Options of which none is left open.
struct CompleteOptions {
  let device: Device
  let engine: Engine
  let precision: Precision
  let fallsBackToCPU: Bool
  let threads: Int
  let costs: Costs

  /// Completes options by those that a plan file was compiled with, and checks them against each other.
  ///
  /// - Parameter compiled: `nil` for a model.
  /// - Throws: `invalidArgument` for a number of threads out of range, and for a precision that the
  ///   device does not have.
  init(_ options: CompileOptions, compiled: CompileOptions?) throws(HewnError) {
    device = options.device ?? compiled?.device ?? .cpu
    engine = options.engine ?? compiled?.engine ?? .sparse
    let compiledForGPU = device.isGPU && compiled?.device?.isGPU == true ? compiled : nil
    precision = options.precision ?? compiledForGPU?.precision ?? .f32
    fallsBackToCPU = options.fallsBackToCPU || compiledForGPU?.fallsBackToCPU == true
    threads = options.threads ?? Machine.coreCount
    costs = options.costs
    guard (1...Machine.maximumThreadCount).contains(threads) else {
      throw HewnError(
        .invalidArgument, "\(threads) threads; give 1 to \(Machine.maximumThreadCount)")
    }
    if let reason = device.obstacle(to: precision) { throw HewnError(.invalidArgument, reason) }
  }
}

extension Device {
  /// Why the device cannot compute in a precision, and what to do; `nil` where it can.
  package func obstacle(to precision: Precision) -> String? {
    isGPU || precision == .f32
      ? nil
      : "the device \(rawValue) does not compute in \(precision.rawValue): leave the precision out,"
        + " or choose the device \(Device.cuda.rawValue) or \(Device.emulator.rawValue)"
  }
}

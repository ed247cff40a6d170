internal import CPUBackend
internal import GPUBackend
internal import ReferenceBackend
internal import Tuning

/// Measures what kernels cost on this processor, so that layers are decided by its own times.
///
/// ```swift
/// let costs = try Tuner().measure()
/// try costs.write()
/// ```
///
/// Costs that were written are used by every compilation after it, unless
/// ``CompileOptions/costs`` says otherwise.
public struct Tuner: Sendable {
  /// How long is measured, in seconds.
  public var duration = 15.0

  /// The least and the greatest duration.
  public static let durations = 0.0...3600.0

  /// Makes a tuner with the usual settings.
  public init() {}

  /// Measures the kernels of this processor's best instruction set, on one core.
  ///
  /// Kernels take turns. Those whose operands stay in the first-level cache count with their least
  /// time, as what disturbs them only adds; what waits for memory or threads counts with its median.
  ///
  /// - Parameter progress: called with the fraction of the time that is over.
  /// - Throws: ``HewnError``: `invalidArgument` for a duration out of range.
  public func measure(progress: (Double) -> Void = { _ in }) throws -> TunedCosts {
    guard Self.durations.contains(duration) else {
      throw HewnError(
        .invalidArgument, "the duration must lie in 0…\(Int(Self.durations.upperBound)) s")
    }
    return try rethrowing {
      let table = try KernelMeasurement(.best).table(seconds: duration, progress: progress)
      return TunedCosts(file: CostFile(table), duration: duration)
    }
  }
}

/// Measures what convolutions cost on this machine's GPU.
public enum GPUTuner {
  /// What was measured.
  public struct Result: Sendable {
    /// The GPU.
    public let gpu: String
    /// The file that later compilations for it take by themselves; `nil` where nothing was written.
    public let file: String?
  }

  /// Runs layers that differ in one thing each, which takes some seconds.
  ///
  /// - Parameters:
  ///   - writes: whether to keep the costs.
  ///   - progress: called before each measurement with what is measured.
  /// - Throws: ``HewnError``: `unsupported` where there is no GPU, `device` for what its driver reports, `io` for a
  ///   file that cannot be written.
  public static func run(
    writes: Bool = true, progress: (String) -> Void = { _ in }
  ) throws -> Result {
    try rethrowing {
      let costs = try GPUBackend.tune(0) { progress("\($0)") }
      return Result(gpu: costs.gpu.name, file: writes ? try GPUCostCache().write(costs) : nil)
    }
  }
}

/// What kernels cost on this processor, as ``Tuner`` measured it.
public struct TunedCosts: Sendable {
  let file: CostFile
  let duration: Double

  /// Checks that there is a file to write the costs to.
  ///
  /// - Parameter costs: as of ``write(to:)``.
  /// - Returns: the file.
  /// - Throws: ``HewnError``: `invalidArgument` where there is none to choose.
  public static func target(_ costs: Costs = .automatic) throws -> String {
    try rethrowing { try CostCache().target(costs.core, for: .best) }
  }

  /// Writes the costs to a file, which appears whole or not at all.
  ///
  /// - Parameter costs: `automatic` is the file that later compilations take by themselves.
  /// - Returns: the file.
  /// - Throws: ``HewnError``: `invalidArgument` for the built-in costs, `io` for a file that cannot be
  ///   written, `failedCheck` for costs that no kernel can have.
  @discardableResult
  public func write(to costs: Costs = .automatic) throws -> String {
    try rethrowing {
      let cache = CostCache()
      let path = try cache.target(costs.core, for: .best)
      try cache.write(file, to: path)
      return path
    }
  }

  /// Compares predicted times of a model's layers with measured ones, and choices with those by the
  /// built-in costs.
  ///
  /// - Parameters:
  ///   - model: an ONNX model.
  ///   - options: how to compile it, for the device `cpu`; its engine and costs do not count.
  ///   - benchmark: how long to measure.
  ///   - inputs: tensors by input name; inputs without one are random.
  ///   - progress: called between runs with a phase and the fraction of it that is done.
  /// - Throws: ``HewnError``: `invalidArgument` for a plan file and for another device than `cpu`;
  ///   what compiling and measuring throw.
  public func compare(
    _ model: Model, _ options: CompileOptions = CompileOptions(), benchmark: Benchmark,
    inputs: [String: Tensor] = [:],
    progress: (_ phase: String, _ fraction: Double) -> Void = { _, _ in }
  ) throws -> TuneReport.Comparison {
    guard model.compiledOptions == nil, options.device ?? .cpu == .cpu else {
      throw HewnError(.invalidArgument, "tuned costs are for ONNX models on the device cpu")
    }
    let compiler = try rethrowing {
      let backend = try CPUBackend(
        instructionSet: .best, costs: file.table.withCachesOfProcessor(),
        evaluate: Reference.evaluate)
      return Device.Compiler(
        backend: backend, instructionSet: backend.instructionSet.rawValue, costs: file.origin)
    }
    func plan(_ engine: Engine, _ compiler: Device.Compiler?) throws -> Plan {
      var options = options
      (options.engine, options.costs) = (engine, .builtIn)
      return try model.compile(options, compiler: compiler)
    }
    progress("compiling", 0)
    let sparse = try plan(.sparse, compiler)
    let plans = [sparse, try plan(.dense, compiler)]
    let builtIn = try plan(.sparse, nil)
    var benchmark = benchmark
    benchmark.profiles = true
    let report = try benchmark.run(plans, inputs: inputs, progress: progress)
    return TuneReport.Comparison(
      report, layers: sparse.layers, builtIn: builtIn.layers, notes: sparse.notes)
  }

  /// The costs beside the built-in ones.
  ///
  /// - Parameters:
  ///   - file: the file that they were written to; `nil` for none.
  ///   - comparison: predictions and choices of a model by these costs; `nil` for none.
  public func report(
    file: String? = nil, comparison: TuneReport.Comparison? = nil
  ) -> TuneReport {
    let builtIn = InstructionSet(rawValue: self.file.table.isa).map(CPUCostTable.builtIn(for:))
    return TuneReport(
      instructionSet: self.file.table.isa, processor: self.file.table.machine,
      date: self.file.date, durationSeconds: duration, file: file,
      builtInMachine: builtIn?.machine ?? "",
      costs: builtIn.map { TuneReport.entries(self.file.table, builtIn: $0) } ?? [],
      comparison: comparison)
  }
}

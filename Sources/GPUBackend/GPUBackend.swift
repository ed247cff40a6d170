package import Emulator
internal import GPUDevices
package import GPUKernels
package import Graphs
package import Runtime
package import Tensors

/// Runs models on a GPU, or on the emulator of one.
///
/// What has no kernel is an error, or computed on the host, where the backend was given an evaluator.
package struct GPUBackend: Backend {
  /// What runs the kernels.
  package enum Device: Sendable {
    /// The GPU of this number, through NVIDIA's driver.
    case cuda(Int)
    /// The emulator, in place of the GPU of these figures.
    case emulator(GPUFigures, EmulatorOptions)
  }

  package let device: Device
  /// What kernels are chosen for.
  package let figures: GPUFigures
  private let evaluate: Evaluator?

  package var name: String {
    switch device {
    case .cuda: "cuda"
    case .emulator: "emulator"
    }
  }

  /// - Parameters:
  ///   - costs: what convolutions are chosen by, as ``GPUCostCache/costs(for:)`` gives them.
  ///   - evaluate: computes nodes without a kernel on the host; `nil` refuses them.
  /// - Throws: `unsupported` where there is no such GPU.
  package init(
    _ device: Device, costs: BlockCosts = .counted, evaluate: Evaluator? = nil
  ) throws(HewnError) {
    self.device = device
    self.evaluate = evaluate
    var figures: GPUFigures
    switch device {
    case .cuda(let ordinal): figures = GPUFigures(of: try CUDADevice(ordinal).properties)
    case .emulator(let emulated, _): figures = emulated
    }
    figures.blockCosts = costs
    self.figures = figures
  }

  /// The GPU of a number, with the costs that were measured on it where they were, and what to note of that.
  ///
  /// - Throws: `unsupported` where there is no such GPU.
  package static func withCachedCosts(
    _ ordinal: Int, cache: GPUCostCache = GPUCostCache(), evaluate: Evaluator? = nil
  ) throws(HewnError) -> (backend: GPUBackend, note: String?) {
    let (costs, note) = cache.costs(for: GPUIdentity(try CUDADevice(ordinal)))
    return (try GPUBackend(.cuda(ordinal), costs: costs, evaluate: evaluate), note)
  }

  /// Measures what convolutions cost on the GPU of a number, which takes some seconds.
  ///
  /// - Parameter progress: called before each measurement.
  /// - Throws: `unsupported` where there is no such GPU; what the driver throws.
  package static func tune(
    _ ordinal: Int, progress: (BlockCostTable.Key) -> Void = { _ in }
  ) throws -> GPUCostFile {
    let device = try CUDADevice(ordinal)
    let measurement = BlockMeasurement(figures: GPUFigures(of: device.properties))
    return GPUCostFile(
      GPUIdentity(device), measured: try measurement.measure(on: device, progress: progress))
  }

  /// Lowers a graph to launches of kernels.
  ///
  /// - Throws: `unsupported` with the node and the reason, before anything runs; `outOfMemory`.
  package func compile(_ graph: Graph, options: CompileOptions) throws -> any Plan {
    try compileForGPU(graph, options: options)
  }

  /// As ``compile(_:options:)``.
  ///
  /// - Parameter choices: what such a compilation of the same graph decided, of which nothing is believed; `nil`
  ///   decides.
  /// - Throws: `invalidFile` where the choices are not those of the graph.
  package func compileForGPU(
    _ graph: Graph, options: CompileOptions, choices: GPUChoices? = nil
  ) throws(HewnError) -> GPUPlan {
    let target = GPUTarget(
      figures: figures, precision: options.precision, engine: options.engine)
    let program = try GPULowering.lower(
      graph, target: target, choices: choices, evaluate: evaluate)
    switch device {
    case .cuda(let ordinal): return try GPUPlan(program, for: figures) { try CUDADevice(ordinal) }
    case .emulator(let figures, let options):
      return try GPUPlan(program, for: figures) {
        EmulatorDevice(target: figures.target, options: options)
      }
    }
  }
}

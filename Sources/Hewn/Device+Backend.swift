internal import CPUBackend
internal import Emulator
internal import GPUBackend
internal import GPUKernels
internal import ReferenceBackend
internal import Runtime
internal import Tuning

extension Device {
  /// What compiles for a device, with what it uses where it has a choice.
  struct Compiler {
    var backend: any Backend
    var instructionSet: String?
    /// The name of the GPU that kernels are chosen for.
    var gpu: String?
    var costs: CostOrigin?
    var partCost: Double?
    /// What the user should know of the costs.
    var note: String?
  }

  /// What compiles for a device.
  ///
  /// - Parameter threads: those that a session gets.
  /// - Throws: `unsupported` where this machine cannot run it; what reading costs throws, where they
  ///   were asked for.
  static func makeCompiler(
    _ options: CompileOptions, threads: Int
  ) throws(HewnError) -> Compiler {
    try rethrowing {
      let evaluate = options.fallsBackToCPU ? Reference.evaluate : nil
      switch options.device {
      case .cpu:
        let found = try CostCache().costs(options.costs.core, for: .best)
        let backend = try CPUBackend(
          instructionSet: .best, costs: found.table, evaluate: Reference.evaluate)
        return Compiler(
          backend: backend, instructionSet: backend.instructionSet.rawValue, costs: found.origin,
          partCost: found.table.part, note: found.note)
      case .reference:
        return Compiler(backend: ReferenceBackend())
      case .cuda:
        let found = try GPUBackend.withCachedCosts(0, evaluate: evaluate)
        return Compiler(found.backend, note: found.note)
      case .emulator:
        var emulator = EmulatorOptions.fast
        emulator.threadCount = threads
        return Compiler(try GPUBackend(.emulator(.h200, emulator), evaluate: evaluate))
      }
    }
  }

  /// Measures the greatest rate of the device with these threads, in GFLOP/s; `nil` where none is
  /// meaningful.
  func measurePeakGFLOPs(threads: Int) throws -> Double? {
    switch self {
    case .cpu: try CPUBackend(evaluate: Reference.evaluate).measurePeakGFLOPs(threads: threads)
    case .reference, .cuda, .emulator: nil
    }
  }
}

extension Device.Compiler {
  fileprivate init(_ backend: GPUBackend, note: String? = nil) {
    self.init(backend: backend, gpu: backend.figures.name, note: note)
  }
}

extension Engine {
  var core: Runtime.Engine {
    switch self {
    case .sparse: .sparse
    case .dense: .dense
    }
  }
}

extension Precision {
  var core: Runtime.Precision {
    switch self {
    case .f32: .f32
    case .tf32: .tf32
    case .f16: .f16
    case .bf16: .bf16
    }
  }
}

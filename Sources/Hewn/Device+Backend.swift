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
  /// - Throws: `unsupported` where this machine cannot run it; what reading costs throws, where they
  ///   were asked for.
  static func makeCompiler(_ options: CompleteOptions) throws(HewnError) -> Compiler {
    try rethrowing {
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
      case .cuda, .emulator:
        let (backend, note) = try makeGPUBackend(options)
        return Compiler(backend: backend, gpu: backend.figures.name, note: note)
      }
    }
  }

  /// What compiles for a GPU, or for the emulator of one, and what the user should know of its costs.
  ///
  /// - Throws: `unsupported` where there is none.
  static func makeGPUBackend(
    _ options: CompleteOptions
  ) throws -> (backend: GPUBackend, note: String?) {
    let evaluate = options.fallsBackToCPU ? Reference.evaluate : nil
    guard options.device == .emulator else {
      return try GPUBackend.withCachedCosts(0, evaluate: evaluate)
    }
    var emulator = EmulatorOptions.fast
    emulator.threadCount = options.threads
    return (try GPUBackend(.emulator(.h200, emulator), evaluate: evaluate), nil)
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

extension Engine {
  var core: Runtime.Engine {
    switch self {
    case .sparse: .sparse
    case .dense: .dense
    }
  }

  init(_ engine: Runtime.Engine) {
    switch engine {
    case .sparse: self = .sparse
    case .dense: self = .dense
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

  init(_ precision: Runtime.Precision) {
    switch precision {
    case .f32: self = .f32
    case .tf32: self = .tf32
    case .f16: self = .f16
    case .bf16: self = .bf16
    }
  }
}

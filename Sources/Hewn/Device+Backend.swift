internal import CPUBackend
internal import ReferenceBackend
internal import Runtime
internal import Tuning

extension Device {
  /// What compiles for a device, with what it uses where it has a choice.
  struct Compiler {
    var backend: any Backend
    var instructionSet: String?
    var costs: CostOrigin?
    var partCost: Double?
    /// What the user should know of the costs.
    var note: String?
  }

  /// What compiles for the device.
  ///
  /// - Throws: `unsupported` where this machine cannot run it; what reading costs throws, where they
  ///   were asked for.
  func makeCompiler(_ costs: Costs) throws -> Compiler {
    switch self {
    case .cpu:
      let found = try CostCache().costs(costs.core, for: .best)
      let backend = try CPUBackend(
        instructionSet: .best, costs: found.table, evaluate: Reference.evaluate)
      return Compiler(
        backend: backend, instructionSet: backend.instructionSet.rawValue, costs: found.origin,
        partCost: found.table.part, note: found.note)
    case .reference:
      return Compiler(backend: ReferenceBackend())
    }
  }

  /// Measures the greatest rate of the device with these threads, in GFLOP/s; `nil` where none is
  /// meaningful.
  func measurePeakGFLOPs(threads: Int) throws -> Double? {
    switch self {
    case .cpu: try CPUBackend(evaluate: Reference.evaluate).measurePeakGFLOPs(threads: threads)
    case .reference: nil
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
}

internal import CPUBackend
internal import ReferenceBackend
internal import Runtime

extension Device {
  /// What compiles for the device, and the instruction set that it uses, where it has a choice.
  ///
  /// - Throws: `unsupported` where this machine cannot run it.
  func makeBackend() throws -> (backend: any Backend, instructionSet: String?) {
    switch self {
    case .cpu:
      let backend = try CPUBackend(evaluate: Reference.evaluate)
      return (backend, backend.instructionSet.rawValue)
    case .reference:
      return (ReferenceBackend(), nil)
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

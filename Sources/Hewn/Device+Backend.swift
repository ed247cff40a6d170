internal import ReferenceBackend
internal import Runtime

extension Device {
  var backend: any Backend {
    switch self {
    case .cpu: ReferenceBackend()
    case .reference: ReferenceBackend()
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

extension Device {
  /// The greatest rate of the device with these threads, in GFLOP/s; `nil` where it is not known.
  func peakGFLOPs(threads: Int) -> Double? { nil }
}

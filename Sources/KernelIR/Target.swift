/// A generation of NVIDIA GPUs, as PTX names it.
package enum Target: String, CaseIterable, Hashable, Sendable, Comparable {
  /// A100.
  case sm80 = "sm_80"
  /// GeForce 30, A10, A40.
  case sm86 = "sm_86"
  /// GeForce 40, L4, L40.
  case sm89 = "sm_89"
  /// H100, H200, without what is peculiar to them.
  case sm90 = "sm_90"
  /// H100, H200 with `wgmma`; runs on no other generation.
  case sm90a = "sm_90a"

  /// As `(8, 0)`.
  package var computeCapability: (major: Int, minor: Int) {
    switch self {
    case .sm80: (8, 0)
    case .sm86: (8, 6)
    case .sm89: (8, 9)
    case .sm90, .sm90a: (9, 0)
    }
  }

  /// The most shared memory that a block may ask for, in bytes.
  package var sharedByteLimit: Int {
    switch self {
    case .sm80: 163 << 10
    case .sm86, .sm89: 99 << 10
    case .sm90, .sm90a: 227 << 10
    }
  }

  /// 32-bit registers of a multiprocessor.
  package var registerCount: Int { 65_536 }

  private var order: Int { Target.allCases.firstIndex(of: self) ?? 0 }

  package static func < (left: Target, right: Target) -> Bool { left.order < right.order }
}

extension Operation {
  /// The oldest target that has this operation.
  package var oldestTarget: Target {
    switch self {
    case .storeMatrix, .barrierExpect, .barrierTry, .fenceAsyncProxy, .fenceTensorMap, .tensorCopy,
      .electOne,
      .clusterArrive, .clusterWait, .remoteAddress, .barrierArriveCluster, .barrierTryCluster,
      .fenceBarrierInit, .tensorMulticast, .fence(.cluster), .special(.blockRank),
      .special(.clusterSize):
      .sm90
    case .load(let access), .store(let access): access.space == .cluster ? .sm90 : .sm80
    case .multiplyWarpgroup, .warpgroupFence, .warpgroupCommit, .warpgroupWait, .setMaxRegisters:
      .sm90a
    default: .sm80
    }
  }
}

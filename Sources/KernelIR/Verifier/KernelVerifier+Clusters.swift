extension KernelVerifier {
  /// Clusters have a size that hardware runs, on GPUs that have them, and instructions that
  /// concern other blocks stand in kernels with clusters.
  static func clusters(_ kernel: Kernel) -> [Finding] {
    let size = kernel.clusterSize
    var findings: [Finding] = []
    if ![1, 2, 4, 8].contains(size) {
      findings.append(Finding("clusters of \(size) blocks are none of 1, 2, 4 and 8"))
    }
    if size > 1, kernel.target < .sm90 {
      findings.append(
        Finding(
          "clusters need \(Target.sm90.rawValue), the kernel is for \(kernel.target.rawValue)")
      )
    }
    return findings
      + kernel.instructions.compactMap { instruction in
        if size == 1, instruction.operation.needsCluster {
          return Finding(instruction, "the kernel has no clusters")
        }
        if case .tensorMulticast = instruction.operation,
          case .immediate(let blocks)? = instruction.sources.last,
          blocks == 0 || blocks >> UInt64(size) != 0
        {
          return Finding(
            instruction, "0b\(String(blocks, radix: 2)) are no blocks of a cluster of \(size)")
        }
        return nil
      }
  }
}

extension Operation {
  /// Whether it concerns other blocks of the cluster.
  package var needsCluster: Bool {
    switch self {
    case .clusterArrive, .clusterWait, .remoteAddress, .barrierArriveCluster, .tensorMulticast:
      true
    case .load(let access), .store(let access): access.space == .cluster
    default: false
    }
  }
}

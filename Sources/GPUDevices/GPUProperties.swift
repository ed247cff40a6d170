package import KernelIR

/// A device and its limits.
package struct GPUProperties: Sendable {
  package var name: String
  package var computeCapability: (major: Int, minor: Int)
  /// The most shared memory of a block in bytes.
  package var sharedByteLimit: Int
  package var multiprocessorCount: Int
  package var l2ByteCount: Int
  package var memoryByteCount: Int
  /// Bytes a second between the device and its memory at most; `nil` where nobody knows.
  package var memoryBandwidth: Double?
  /// The most blocks along each direction.
  package var gridLimit: Grid

  package init(
    name: String, computeCapability: (major: Int, minor: Int), sharedByteLimit: Int,
    multiprocessorCount: Int, l2ByteCount: Int, memoryByteCount: Int, memoryBandwidth: Double?,
    gridLimit: Grid = Grid(Int(Int32.max), 65_535, 65_535)
  ) {
    self.name = name
    self.computeCapability = computeCapability
    self.sharedByteLimit = sharedByteLimit
    self.multiprocessorCount = multiprocessorCount
    self.l2ByteCount = l2ByteCount
    self.memoryByteCount = memoryByteCount
    self.memoryBandwidth = memoryBandwidth
    self.gridLimit = gridLimit
  }

  /// The newest target whose kernels the device runs; `nil` for devices older than all.
  package var target: Target? {
    Target.allCases.last { $0.runs(onComputeCapability: computeCapability) }
  }
}

extension Target {
  /// Whether GPUs of a compute capability run kernels for this target.
  ///
  /// PTX of a target runs on all later GPUs, unless its name ends in `a`.
  package func runs(onComputeCapability capability: (major: Int, minor: Int)) -> Bool {
    switch self {
    case .sm80, .sm86, .sm89, .sm90: computeCapability <= capability
    case .sm90a: computeCapability == capability
    }
  }
}

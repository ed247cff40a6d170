package import KernelIR
package import Tensors

extension GPUDevice {
  /// Launches a kernel that takes one struct.
  ///
  /// - Throws: `internal` when the struct's size or the grid do not fit the kernel; then the device
  ///   has not been touched.
  package func launch(
    _ kernel: LoadedKernel, grid: Grid, arguments: UnsafeRawBufferPointer
  ) throws {
    try check(grid: grid, argumentByteCount: arguments.count, of: kernel.interface)
    try enqueue(kernel, grid: grid, arguments: arguments)
  }

  /// Launches a kernel with the bytes of a struct.
  ///
  /// - Throws: as ``launch(_:grid:arguments:)``.
  package func launch<Arguments: BitwiseCopyable>(
    _ kernel: LoadedKernel, grid: Grid, arguments: Arguments
  ) throws {
    try withUnsafeBytes(of: arguments) { try launch(kernel, grid: grid, arguments: $0) }
  }

  private func check(
    grid: Grid, argumentByteCount: Int, of kernel: KernelInterface
  ) throws(HewnError) {
    guard argumentByteCount == kernel.parameterByteCount else {
      throw HewnError(
        .internal,
        "the kernel \(kernel.name) takes \(kernel.parameterByteCount) bytes of parameters, and is"
          + " given \(argumentByteCount)")
    }
    let limit = properties.gridLimit
    let isRight =
      (1...limit.x).contains(grid.x) && (1...limit.y).contains(grid.y)
      && (1...limit.z).contains(grid.z)
    guard isRight else {
      throw HewnError(
        .internal,
        "the kernel \(kernel.name) is launched with \(grid) blocks; \(properties.name) runs 1 × 1 × 1"
          + " to \(limit)")
    }
    guard grid.x.isMultiple(of: kernel.clusterSize) else {
      throw HewnError(
        .internal,
        "the kernel \(kernel.name) is launched with \(grid) blocks; they are clusters of"
          + " \(kernel.clusterSize) along x")
    }
  }

  /// Refuses what no capture takes, for those who implement it; a driver would end the capture with an
  /// error of its own, later.
  ///
  /// - Throws: `internal`
  func demandNoCapture() throws(HewnError) {
    if isCapturing {
      throw HewnError(
        .internal, "only launches and fills can be captured, and captures do not nest")
    }
  }

  /// Checks that the device can run a kernel, for those who implement ``load(_:)``.
  ///
  /// - Throws: `unsupported`, or `internal` when no device could.
  package func check(_ kernel: KernelInterface) throws(HewnError) {
    guard (32...1024).contains(kernel.threadCount), kernel.threadCount.isMultiple(of: 32) else {
      throw HewnError(
        .internal,
        "the kernel \(kernel.name) has blocks of \(kernel.threadCount) threads; 32 to 1024 in whole"
          + " warps of 32 can be")
    }
    guard [1, 2, 4, 8].contains(kernel.clusterSize) else {
      throw HewnError(
        .internal,
        "the kernel \(kernel.name) has clusters of \(kernel.clusterSize) blocks; 1, 2, 4 or 8 can be"
      )
    }
    guard kernel.sharedByteCount >= 0, kernel.parameterByteCount >= 0 else {
      throw HewnError(.internal, "the kernel \(kernel.name) has memory of negative size")
    }
    let capability = properties.computeCapability
    guard kernel.target.runs(onComputeCapability: capability) else {
      throw HewnError(
        .unsupported,
        "the kernel \(kernel.name) is for \(kernel.target.rawValue); \(properties.name) has compute"
          + " capability \(capability.major).\(capability.minor)")
    }
    guard kernel.sharedByteCount <= properties.sharedByteLimit else {
      throw HewnError(
        .unsupported,
        "the kernel \(kernel.name) needs \(kernel.sharedByteCount) bytes of shared memory;"
          + " \(properties.name) has \(properties.sharedByteLimit) for a block")
    }
  }
}

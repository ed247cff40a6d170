package import KernelIR
package import Tensors

/// What runs kernels: a GPU through CUDA, or the emulator.
///
/// Tests and benchmarks are generic functions over it, written once for all devices. Work is done in the
/// order in which it is given; functions return before it is done, unless they say that they wait.
/// One thread at a time uses a device. Buffers, kernels and graphs belong to the device that made
/// them.
///
/// Failures of the driver, of memory and of arguments are `HewnError`s. Faults of a kernel show in
/// launches on the emulator and in what waits on GPUs; the emulator's error says where they are.
package protocol GPUDevice {
  /// Memory, freed with its last reference. Arguments of kernels hold its address alone: a buffer must be
  /// referred to until the work that uses it is done, as until ``synchronize()``. Associated types are
  /// copyable, or arrays could not hold them.
  associatedtype Buffer: GPUBuffer
  associatedtype LoadedKernel: LoadedGPUKernel
  /// Memory of the host that copies reach while the caller goes on, freed with its last reference.
  associatedtype Staging: GPUStaging
  /// Captured work.
  associatedtype Graph

  var properties: GPUProperties { get }

  /// Whether another device for the same GPU can use this one's buffers and kernels.
  static var sharesMemory: Bool { get }

  /// Whether it notices by itself that a kernel accesses what lies beyond buffers, or reads what nobody
  /// wrote.
  var detectsMemoryFaults: Bool { get }

  /// Allocates memory whose content counts as unwritten. Its address is a multiple of 256.
  ///
  /// - Throws: `outOfMemory`
  func allocate(byteCount: Int) throws(HewnError) -> Buffer

  /// Copies bytes to the device, and waits until they may be changed.
  ///
  /// - Throws: `internal` when the part does not lie within the buffer.
  func upload(
    _ bytes: UnsafeRawBufferPointer, to buffer: Buffer, at offset: Int
  ) throws

  /// Copies bytes from the device when all work before is done, and waits for them.
  ///
  /// - Throws: `internal` when the part does not lie within the buffer.
  func download(
    _ buffer: Buffer, at offset: Int, into bytes: UnsafeMutableRawBufferPointer
  ) throws

  /// Allocates memory of the host for copies that do not wait.
  ///
  /// - Throws: `outOfMemory`
  func stage(byteCount: Int) throws(HewnError) -> Staging

  /// Copies all of a staging to the device; it may not be changed until the work is done.
  ///
  /// - Throws: `internal` when it does not lie within the buffer.
  func copy(_ staging: Staging, to buffer: Buffer, at offset: Int) throws(HewnError)

  /// Copies from the device, as many bytes as a staging has; they are there when the work is done.
  ///
  /// - Throws: `internal` when they do not lie within the buffer.
  func copy(_ buffer: Buffer, at offset: Int, to staging: Staging) throws(HewnError)

  /// Sets all bytes of a buffer. All ones are NaN in every float format.
  func fill(_ buffer: Buffer, with byte: UInt8) throws

  /// Makes a kernel ready to be launched.
  ///
  /// - Throws: `unsupported` when the device cannot run it.
  func load(_ kernel: Kernel) throws -> LoadedKernel

  /// The 128 bytes by which kernels on this device find boxes of a tensor, as sixteen words; they
  /// take them at multiples of 64.
  ///
  /// - Throws: `internal` when the map is none, `unsupported` when the device has no such maps.
  func encode(_ map: TensorMap) throws -> [UInt64]

  /// Launches a kernel. Callers use ``launch(_:grid:arguments:)``, which checks what it is given.
  ///
  /// - Parameter arguments: the bytes of the kernel's parameter struct, copied before the call
  ///   returns.
  func enqueue(_ kernel: LoadedKernel, grid: Grid, arguments: UnsafeRawBufferPointer) throws

  /// Waits until all work is done.
  func synchronize() throws

  /// Whether the body of a ``capture(_:)`` runs.
  var isCapturing: Bool { get }

  /// Collects the launches of `body` instead of doing them.
  ///
  /// The body may only launch and fill; anything else throws `internal`. The buffers that it uses must outlive the graph.
  ///
  /// - Throws: what `body` throws; then nothing is captured.
  func capture(_ body: () throws -> Void) throws -> Graph

  /// Does captured work once more.
  func replay(_ graph: Graph) throws

  /// Does pieces of work one after the other, once each, and waits for them.
  ///
  /// - Returns: the seconds of each.
  func time(_ pieces: [() throws -> Void]) throws -> [Double]

  /// Does work several times, after once that does not count, and waits for it. Devices without a
  /// clock do it once.
  func measure(repeatCount: Int, _ body: () throws -> Void) throws -> Measurement
}

/// Memory of a device.
package protocol GPUBuffer {
  var byteCount: Int { get }
  /// Where it lies on the device, for kernels.
  var address: UInt64 { get }
}

/// Memory of the host.
package protocol GPUStaging {
  /// The memory, which lives as long as the value.
  var bytes: UnsafeMutableRawBufferPointer { get }
}

/// A kernel that is ready to be launched.
package protocol LoadedGPUKernel {
  var interface: KernelInterface { get }
}

/// What a launch must know of a kernel.
package struct KernelInterface: Hashable, Sendable {
  package var name: String
  /// The oldest GPUs that it runs on.
  package var target: Target
  /// Threads of a block.
  package var threadCount: Int
  /// Blocks of a cluster along x; 1 without clusters.
  package var clusterSize: Int
  /// Shared memory of a block in bytes.
  package var sharedByteCount: Int
  /// The size of the parameter struct in bytes.
  package var parameterByteCount: Int

  package init(
    name: String, target: Target, threadCount: Int, clusterSize: Int = 1, sharedByteCount: Int,
    parameterByteCount: Int
  ) {
    self.name = name
    self.target = target
    self.threadCount = threadCount
    self.clusterSize = clusterSize
    self.sharedByteCount = sharedByteCount
    self.parameterByteCount = parameterByteCount
  }

  package init(of kernel: Kernel) {
    self.init(
      name: kernel.name, target: kernel.target, threadCount: kernel.threadCount,
      clusterSize: kernel.clusterSize, sharedByteCount: kernel.sharedByteCount,
      parameterByteCount: kernel.parameterByteCount)
  }
}

/// What a device's work cost.
package enum Measurement: Sendable {
  /// The seconds of each repeat, in ascending order.
  case seconds([Double])
  /// The warp instructions of one repeat, where the device has no clock.
  case instructions([InstructionClass: UInt64])

  /// `nil` where the device has no clock.
  package var medianSeconds: Double? {
    guard case .seconds(let seconds) = self else { return nil }
    return seconds.median
  }
}

extension [Double] {
  /// The middle of numbers in ascending order, or the mean of the two in the middle; `nil` of none.
  package var median: Double? {
    guard !isEmpty else { return nil }
    let middle = count / 2
    return count.isMultiple(of: 2) ? (self[middle - 1] + self[middle]) / 2 : self[middle]
  }
}

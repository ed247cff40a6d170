/// How a kernel is started.
package struct Launch: Sendable {
  /// Blocks in each direction.
  package var grid: (x: Int, y: Int, z: Int)
  /// Bytes of shared memory that each block has.
  package var sharedByteCount: Int
  /// The bytes of the kernel's parameter struct.
  package var arguments: [UInt8]

  package init(
    grid: (x: Int, y: Int, z: Int) = (1, 1, 1), sharedByteCount: Int = 0, arguments: [UInt8] = []
  ) {
    self.grid = grid
    self.sharedByteCount = sharedByteCount
    self.arguments = arguments
  }

  /// With the bytes of a struct as they lie in memory.
  package init<Arguments: BitwiseCopyable>(
    grid: (x: Int, y: Int, z: Int) = (1, 1, 1), sharedByteCount: Int = 0, struct: Arguments
  ) {
    self.init(
      grid: grid, sharedByteCount: sharedByteCount,
      arguments: withUnsafeBytes(of: `struct`) { Array($0) })
  }
}

/// Faults that are looked for beyond those that would break the emulator itself: accesses out of
/// bounds or misaligned, barriers that never complete, registers that never come (`setmaxnreg`),
/// and matrix products of incomplete warps are always found.
///
/// Where any is looked for, the first try of each wait at a barrier in shared memory is in vain, as
/// the hardware's may be.
///
/// Not found are races in global memory; races between lanes of a warp that an operation of some of
/// them separates, as clocks are those of warps; scopes that are too small for other blocks of a
/// cluster; and values in registers that `setmaxnreg` takes away, which the assembler sees to.
/// Copies that announce themselves at a barrier in shared memory must be waited for there, though
/// `cp.async.wait_group` would do for the thread's own.
package struct Detectors: OptionSet, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Reads of registers that no instruction has written.
  package static let uninitializedRegisters = Detectors(rawValue: 1)
  /// Reads of bytes of global and shared memory that nothing has written. Global memory must
  /// have been made to track its bytes.
  package static let uninitializedMemory = Detectors(rawValue: 2)
  /// Accesses to shared memory that no barrier orders, uses of barriers that nothing orders behind
  /// their making, accesses to what copies have not finished, for which their own waits count
  /// alone, and bulk copies without the fences between proxies that they need.
  package static let races = Detectors(rawValue: 4)
  /// Instructions of whole warps that some lanes do not take part in, and shuffles that read from
  /// a lane that does not.
  package static let divergence = Detectors(rawValue: 8)
  /// Registers and shared memory of `wgmma` that are touched without the fences and waits that
  /// order them, and instructions that not all warps of a warpgroup execute.
  package static let warpgroups = Detectors(rawValue: 16)

  package static let all: Detectors = [
    .uninitializedRegisters, .uninitializedMemory, .races, .divergence, .warpgroups,
  ]
}

/// What the emulator looks for and counts.
package struct EmulatorOptions: Sendable {
  package var detectors: Detectors
  /// Whether wavefronts of shared memory and sectors of global memory are counted.
  package var countsMemory: Bool
  /// Threads that run blocks.
  package var threadCount: Int
  /// The most warp instructions that a block may execute.
  package var instructionLimit: Int

  package init(
    detectors: Detectors = .all, countsMemory: Bool = true, threadCount: Int = 1,
    instructionLimit: Int = 1 << 32
  ) {
    self.detectors = detectors
    self.countsMemory = countsMemory
    self.threadCount = threadCount
    self.instructionLimit = instructionLimit
  }

  /// Without detectors and memory counters.
  package static let fast = EmulatorOptions(detectors: [], countsMemory: false)
}

package import KernelIR

/// What a launch executed.
package struct LaunchReport: Sendable {
  /// Sums over all blocks and warps.
  package struct Counters: Hashable, Sendable {
    /// Executed warp instructions, those that no lane took part in included.
    package var executions: UInt64 = 0
    /// Lanes that took part, summed over executions.
    package var activeLanes: UInt64 = 0
    /// Warp instructions that accessed shared memory; an `ldmatrix` of four matrices is one.
    package var sharedRequests: UInt64 = 0
    /// Passes that shared memory took, with conflicts of its 32 banks of 4 bytes.
    package var sharedWavefronts: UInt64 = 0
    /// Passes that it would have taken without conflicts.
    package var idealSharedWavefronts: UInt64 = 0
    /// Warp instructions that accessed global memory.
    package var globalRequests: UInt64 = 0
    /// Sectors of 32 bytes that requests touched.
    package var globalSectors: UInt64 = 0
    /// Bytes that lanes asked of global memory.
    package var globalBytes: UInt64 = 0

    package init() {}

    package static func += (left: inout Counters, right: Counters) {
      left.executions += right.executions
      left.activeLanes += right.activeLanes
      left.sharedRequests += right.sharedRequests
      left.sharedWavefronts += right.sharedWavefronts
      left.idealSharedWavefronts += right.idealSharedWavefronts
      left.globalRequests += right.globalRequests
      left.globalSectors += right.globalSectors
      left.globalBytes += right.globalBytes
    }
  }

  /// For each instruction of the program; labels execute nothing.
  package var instructions: [Counters]
  /// For each class of instructions.
  package var classes: [InstructionClass: Counters]

  init(_ instructions: [Counters], of program: Program) {
    self.instructions = instructions
    classes = [:]
    for (instruction, counters) in zip(program.instructions, instructions) {
      classes[instruction.operation.instructionClass, default: Counters()] += counters
    }
  }

  package var total: Counters {
    instructions.reduce(into: Counters()) { $0 += $1 }
  }

  /// The mean share of lanes that took part in an instruction.
  package var laneUtilization: Double {
    let total = total
    return total.executions == 0 ? 0 : Double(total.activeLanes) / Double(total.executions * 32)
  }
}

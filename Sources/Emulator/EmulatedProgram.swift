package import KernelIR
package import Tensors

/// A program in the form that the emulator executes. It is written while it is made, and only read
/// afterwards: so it is `Sendable`, in spite of its pointers.
package final class EmulatedProgram: @unchecked Sendable {
  // Unchecked because of the pointers, behind which nothing is written after `init`.

  package let program: Program
  let code: UnsafeMutablePointer<DecodedInstruction>
  let codeCount: Int
  /// Operands of instructions that have many.
  let operandTable: UnsafeMutablePointer<OperandOffset>
  /// The constants that instructions read, 64-byte aligned.
  let constants: UnsafeMutableRawPointer
  let layout: RegisterLayout
  /// Whether the program has such instructions, and so the emulator must follow them.
  let hasWarpgroups: Bool
  /// Whether it has accesses to shared memory that are not those of its threads.
  let usesAsyncProxy: Bool
  /// Instructions that wait for barriers in shared memory.
  let tryCount: Int

  /// - Throws: `invalidArgument` for a program that is none: operands that do not fit, labels that
  ///   do not exist; `unsupported` for instructions that the emulator does not have.
  package init(_ program: Program) throws(HewnError) {
    guard (32...1024).contains(program.threadCount), program.threadCount.isMultiple(of: 32) else {
      throw HewnError(
        .invalidArgument,
        "kernel \(program.name): \(program.threadCount) threads; blocks have 32 to 1024, by 32")
    }
    guard [1, 2, 4, 8].contains(program.clusterSize) else {
      throw HewnError(
        .invalidArgument,
        "kernel \(program.name): clusters of \(program.clusterSize) blocks; they have 1, 2, 4 or 8")
    }
    var decoder = try Decoder(program)
    try decoder.decode()
    self.program = program
    layout = decoder.layout
    hasWarpgroups = program.instructions.contains { $0.operation.needsWarpgroup }
    usesAsyncProxy = decoder.code.contains {
      [.warpgroup, .tensorCopy, .asyncCopyArrive].contains($0.opcode)
    }
    tryCount = decoder.tryCount
    codeCount = decoder.code.count
    code = .allocate(capacity: codeCount)
    for (pc, instruction) in decoder.code.enumerated() { (code + pc).initialize(to: instruction) }
    let table = decoder.operandTable
    operandTable = .allocate(capacity: table.count + 1)
    for (index, operand) in table.enumerated() { (operandTable + index).initialize(to: operand) }
    let words = decoder.constants.words
    constants = .allocate(byteCount: words.count * 4 + 64, alignment: 64)
    words.withUnsafeBytes {
      UnsafeMutableRawBufferPointer(start: constants, count: $0.count).copyMemory(from: $0)
    }
  }

  deinit {
    code.deallocate()
    operandTable.deallocate()
    constants.deallocate()
  }

  /// Warps of a block.
  var warpCount: Int { program.threadCount / 32 }
}

/// What the interpreter does for an instruction.
enum Opcode: UInt8 {
  /// Where lanes that took different branches meet; counts as nothing.
  case join
  case branch, exit
  /// A function of registers, lane by lane.
  case lanes
  /// The second result of such a function; counts as nothing.
  case moreLanes
  case clock
  /// Prefetches and memory fences.
  case nothing
  case loadGlobal, loadShared, loadConstant, loadParameter
  case storeGlobal, storeShared
  case atomicGlobal, atomicShared
  case asyncCopy, asyncCopyCommit, asyncCopyWait
  case shuffle, vote, ballot, elect
  case warpBarrier, barrier, barrierArrive
  case barrierInit, barrierInvalidate, barrierArriveShared, barrierExpect, barrierTest, barrierTry
  case asyncCopyArrive
  case loadMatrix, storeMatrix, matrix
  case warpgroup, warpgroupFence, warpgroupCommit, warpgroupWait, setMaxRegisters
  case tensorCopy, fenceAsyncProxy, fenceTensorMap
  case loadCluster, storeCluster, clusterArrive, clusterWait, barrierArriveCluster
  case fenceBarrierInit
}

/// A register or constant of a decoded instruction: a byte offset, a multiple of 64, into the
/// warp's registers; or, plus one, into the program's constants.
typealias OperandOffset = UInt32

/// An instruction as the interpreter reads it; what a field holds depends on the opcode.
struct DecodedInstruction {
  /// A `LaneFunction` or a `MatrixFunction`.
  var function: UnsafeRawPointer?
  /// The bytes added to the address, or what else is constant: a shuffle's mode, the identity of a
  /// barrier, a number of groups.
  var immediate: Int = 0
  /// The predicate, where there is a guard.
  var guarding: OperandOffset = 0
  /// The result; the first of several, which lie in the program's table.
  var result: OperandOffset = 0
  var a: OperandOffset = 0
  var b: OperandOffset = 0
  var c: OperandOffset = 0
  /// Where a branch goes, the number of an instruction that waits for a barrier in shared memory,
  /// or where the operands begin in the program's table: results, then sources.
  var target: UInt32 = 0
  /// The index in the program.
  var index: UInt32 = 0
  /// The bytes added to a second address.
  var secondImmediate: Int32 = 0
  var opcode: Opcode
  var guardKind: GuardKind = .none
  /// Bytes of a lane in the result register; 0 without results.
  var resultByteCount: UInt8 = 0
  /// Bytes of an element in memory.
  var elementByteCount: UInt8 = 0
  /// Elements in memory, or matrices.
  var count: UInt8 = 0
  /// Operands in the table, where not all are in `result`, `a`, `b`, `c`.
  var resultCount: UInt8 = 0
  var sourceCount: UInt8 = 0
  /// Which of several operations, or a flag.
  var variant: UInt8 = 0

  enum GuardKind: UInt8 {
    case none, plain, negated
  }

  init(_ opcode: Opcode, index: Int) {
    self.opcode = opcode
    self.index = UInt32(index)
  }

  /// Whether its operands are in the program's table.
  var isWide: Bool { resultCount != 0 || sourceCount != 0 }
}

/// A warp of the block that runs. Its storage belongs to the machine.
struct Warp {
  let index: Int
  /// Its number among the warps of the cluster, by which detectors know it.
  let clockIndex: Int
  /// As ``RegisterLayout`` says, 64-byte aligned.
  let registers: UnsafeMutableRawPointer
  /// For each unit of the registers, the lanes that have written it.
  let written: UnsafeMutablePointer<UInt32>
  /// Groups of lanes that wait until the running one comes to where they are: by ascending place,
  /// room for 32.
  let parked: UnsafeMutablePointer<Group>
  /// What the warp knows of the epochs of all warps; see ``RaceDetector``.
  let clock: UnsafeMutablePointer<UInt32>
  /// How many groups of asynchronous copies each lane has committed.
  let committed: UnsafeMutablePointer<UInt32>
  /// Which of the program's instructions that wait for a barrier in shared memory have been tried
  /// in vain, and not succeeded since.
  let tried: UnsafeMutablePointer<Bool>

  var pc = 0
  /// The lanes of the group that runs.
  var mask = ~0 as UInt32
  /// The lanes that have not returned.
  var alive = ~0 as UInt32
  var parkedCount = 0
  /// The place of the first parked group; greater than any without one.
  var parkedPC = Int.max
  var state = State.ready
  /// Where it waits, or waited last.
  var barrier = 0
  /// The phase of the cluster's barrier at which it has arrived and not yet waited for.
  var clusterPhase: Int?
  /// What ``BlockState/completions`` was when it last tried in vain.
  var triedAt = 0
  /// Counts the instructions that access shared memory.
  var accessCount: UInt32 = 0
  /// Registers that a thread has; zero without a budget.
  var registerCount = 0
  /// Registers of a thread that it waits for.
  var missingRegisterCount = 0
  /// The allocation that was accessed last.
  var allocation = AllocationView()

  struct Group {
    var pc: Int
    var mask: UInt32
  }

  enum State: UInt8 {
    case ready
    /// Waits for a barrier of the block.
    case waiting
    /// Waits for the barrier of the cluster.
    case waitingForCluster
    /// Waits for the phase of a barrier in shared memory.
    case trying
    /// Has tested such a barrier and found that the phase is not over.
    case polling
    /// Waits for registers that others give back.
    case waitingForRegisters
    case finished
  }
}

/// A part of global memory, as lanes look for it.
struct AllocationView {
  var address: UInt64 = 0
  var byteCount: UInt64 = 0
  var bytes = UnsafeMutableRawPointer(bitPattern: 64)
  var initialized: UnsafeMutablePointer<UInt8>?
}

/// What a block has besides its warps.
struct BlockState {
  var x = 0
  var y = 0
  var z = 0
  /// Warps that have not returned.
  var liveCount = 0
  /// Warp instructions executed.
  var executed = 0
  /// Completed phases of barriers in shared memory.
  var completions = 0
  /// Registers that warps have given back, in registers of a thread of each.
  var freeRegisterCount = 0
}

/// A barrier of the block.
struct NamedBarrier {
  /// In threads.
  var expectedCount: UInt32 = 0
  /// The warps that have arrived.
  var arrived: UInt32 = 0

  /// In threads.
  var arrivedCount: UInt32 { UInt32(arrived.nonzeroBitCount) * 32 }
}
